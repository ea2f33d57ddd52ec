"""The King James Version of the Bible: a long text of few characters."""

from contextlib import closing
from pathlib import Path

from backprop.data.sources import DATA_SETS, DataError, verified_path


def load_king_james(folder: Path | str | None = None) -> str:
    """Reads the King James Version, a verse a line, from Genesis to Revelation.

    Args:
        folder: where the data sets lie; `data_folder()` if None.

    Returns:
        4,138,497 characters, 68 different ones; no headings, no numbers of verses.

    Raises:
        DataError: if the file is missing or broken; the message says what mends it.

    Source:
        The Holy Bible, Authorised Version, 1611, in the spelling of 1769; in the public domain.
    """
    import sqlite3  # here, since Python in a browser has none and must import the rest

    path = verified_path(DATA_SETS["king-james"], "king-james/bible_kjv.sqlite", folder)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as bible:
            verses = bible.execute(
                "SELECT text FROM verses JOIN books ON books.id = verses.book_id "
                "ORDER BY sort_order, chapter_number, verse_number"
            ).fetchall()
    except sqlite3.DatabaseError as error:
        raise DataError(f"{path} cannot be read as a database: {error}") from error
    return "\n".join(text for (text,) in verses)
