"""What the claims measure of tensors: functions of plain torch, some tied to Lean definitions."""
