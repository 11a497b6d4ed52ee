"""What is kept on disk: drafts of one browser, incident snapshots."""
