"""The models that the claims are checked on, and what they put out on real inputs."""
