"""What is loaded before the first person needs it: page blocks, names, tables, languages.

Knows: the order, the most used first. What is missing is logged by file, line and column.
"""

import gc


def preload() -> None:
    """Imports and reads everything that the first page would have to wait for."""
    import core.ui.door
    import core.ui.home
    import core.ui.pharmacy.downloads
    import core.ui.pharmacy.label_reader
    import core.ui.pharmacy.list_editor
    import core.ui.pharmacy.patient_form
    import core.ui.pharmacy.results  # noqa: F401  # imported for the time that they take
    from core.i18n import LANGUAGES, translator
    from core.ui.pharmacy.name_index import picker_index
    from core.ui.problems import log_problems

    for language in LANGUAGES:
        translator(language)
    log_problems()
    for language in LANGUAGES:
        picker_index(language)
    # Streamlit collects garbage after each run of a script; what stays for good is not looked at
    # again. With the tables loaded that was most of its time.
    gc.collect()
    gc.freeze()
