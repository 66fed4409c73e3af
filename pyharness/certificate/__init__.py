"""The tiered certificate: its schema, the rule of the tiers, its canonical form, sealing and
checking.
"""
