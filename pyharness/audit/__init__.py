"""Audits of quantized checkpoints: whether each code is what its original became."""
