"""The ward network: which addresses tablets use, and the certificate they are served with."""
