"""The parts of check-proofs."""
