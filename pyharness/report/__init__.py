"""Renderings of a certificate. A renderer reads the certificate alone and decides nothing."""
