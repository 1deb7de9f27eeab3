"""Codes in pages of the register and what they mean in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# DICOM's defined terms of Modality (0008,0060), PS3.3 C.7.3.1.1.1, as far as medical imaging data uses them.
MODALITIES: dict[str, Promise] = {
    "CR": _("computed radiography"),
    "CT": _("computed tomography"),
    "DX": _("digital radiography"),
    "ECG": _("electrocardiography"),
    "ES": _("endoscopy"),
    "GM": _("general microscopy"),
    "MG": _("mammography"),
    "MR": _("magnetic resonance"),
    "NM": _("nuclear medicine"),
    "OCT": _("optical coherence tomography"),
    "OP": _("ophthalmic photography"),
    "PT": _("positron emission tomography"),
    "PX": _("panoramic X-ray"),
    "RF": _("radio fluoroscopy"),
    "RTDOSE": _("radiotherapy dose"),
    "RTIMAGE": _("radiotherapy image"),
    "RTPLAN": _("radiotherapy plan"),
    "RTSTRUCT": _("radiotherapy structure set"),
    "SEG": _("segmentation"),
    "SM": _("slide microscopy"),
    "SR": _("structured report"),
    "US": _("ultrasound"),
    "XA": _("X-ray angiography"),
    "XC": _("external-camera photography"),
}


def modality_name(code: str) -> str:
    """What a modality's code means; empty for one that is not known."""
    return str(MODALITIES.get(code.strip().upper(), ""))


def snomed_address(identifier: object) -> str:
    """The concept in SNOMED International's browser; empty when it is not a number."""
    text = str(identifier or "").strip()
    if not (text.isascii() and text.isdigit()):
        return ""
    return f"https://browser.ihtsdotools.org/?perspective=full&conceptId1={text}&edition=MAIN"
