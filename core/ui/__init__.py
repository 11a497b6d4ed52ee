"""What pages share: the parts they draw with, and the web server side of the app."""
