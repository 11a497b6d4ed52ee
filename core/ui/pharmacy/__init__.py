"""The blocks of the pharmacy page; `pages/pharmacy.py` puts them together."""
