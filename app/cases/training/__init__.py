"""Training: invented families, plainly marked, with whom new volunteers try everything that they will do."""
