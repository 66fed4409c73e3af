"""Tensors: what they are named by, how they are quantized, and the real models and files they come
from.
"""
