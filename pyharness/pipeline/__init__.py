"""From a project to its certificate: prove, gather, recheck, seal."""
