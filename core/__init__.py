"""Auscult: everything below the pages."""

VERSION = "0.1.0"
