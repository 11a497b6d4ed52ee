"""What is checked before and after everything else: emergencies, model text, outgoing traffic."""
