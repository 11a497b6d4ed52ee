"""The model in this process: text of all sessions in one batch, pictures one question at a time.

torch and transformers are imported below here and in `core.model.loader`, nowhere else.
"""
