"""Files of tensors, how tensors are named by content, and how reals become integers."""
