"""Files that leave the app by a person's hand. Knows PDF, CSV and FHIR, no clinical domain."""
