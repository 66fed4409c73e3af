"""What the claims measure of tensors: functions of plain torch, some of them tied to Lean definitions."""
