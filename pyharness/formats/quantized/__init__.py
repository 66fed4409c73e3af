"""Quantized checkpoints: one module for each family of formats, each giving the codes of its
tensors with the levels for which they stand.
"""
