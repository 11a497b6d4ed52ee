"""A picture as the model was trained on: RGB, 8 bits, on a centred black square.

Knows: modes of Pillow. Does not know: DICOM, windows, the processor (which resizes).
"""

from PIL import Image

SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I", "F")


def prepared(image: Image.Image) -> Image.Image:
    """Drops alpha, brings 16 bits to 8 by the brightest pixel, pads to a square."""
    return padded(_eight_bits(image).convert("RGB"))


def padded(image: Image.Image) -> Image.Image:
    """The picture in the middle of a black square as wide as its longer side."""
    side = max(image.size)
    if image.size == (side, side):
        return image
    square = Image.new(image.mode, (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode not in SIXTEEN_BITS:
        return image.convert("RGB") if image.mode != "LA" else image.convert("L")
    deep = image.convert("F")
    _, brightest = deep.getextrema()
    top = brightest if isinstance(brightest, (int, float)) and brightest > 0 else 1.0
    # Pillow cuts the fraction off when it makes an L of an F.
    return deep.point(lambda value: value * (255.0 / top) + 0.5).convert("L")
