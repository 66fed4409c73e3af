"""Quantized models: compressing one."""
