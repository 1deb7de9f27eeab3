"""Invented datasets in the proportions of the register, and the searches that people make among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from datasets.models import Dataset, License

MODALITIES = "SM SM SM CT CT CT MR MR US CR DX MG PT XA OCT RTSTRUCT ECG NM".split()
ORGANS = (
    "Brain,Lung,Breast,Skin,Liver,Heart,Kidney,Prostate,Colon,Femur,Pelvis,Skull,Spine,Knee,Ovary,Thyroid,Pancreas,"
    "Stomach,Esophagus,Retina,Bladder,Spleen,Uterus,Hip,Wrist,Lymph node,Bone marrow,Coronary artery,Small intestine"
).split(",")
STATUSES = ["Completed"] * 6 + ["Ongoing"] * 3 + ["Discontinued"]
ORIGINS = ["Clinical"] * 8 + ["Research", "Clinical trial"]
LICENSES = ["AIDA BY license", "AIDA license", "AIDA BY CA license"]
TOPICS = (
    "Annotated Tumor Segmentation Detection Classification Screening Metastasis Fracture Embolism Lesion Carcinoma "
    "Melanoma Glioma Sentinel Biopsy Resection Hematoxylin Eosin Immunohistochemistry Ki67 Cytokeratin Contrast "
    "Diffusion Perfusion Angiography Registration Reconstruction Denoising Longitudinal Pediatric Dose Follow-up "
    "Radiomics Outcome Survival Staging Grading Generative GAN Whole-slide Inflammation Fibrosis Thrombus Nodule"
).split()
PLACES = "Linköping Uppsala Lund Umeå Göteborg Stockholm Örebro Malmö Norrköping Västerås Gävle Kalmar".split()
FAMILIES = (
    "Akbar Eklund Stadler Lundström Jansson Åkesson Öberg Treanor Molin Hedlund Bivik Nyström Persson Blom".split()
)
SCANNERS = [
    "Aperio ScanScope AT", "Hamamatsu NanoZoomer XR", "Philips Brilliance 64 CT", "GE Lightspeed VCT",
    "Siemens Somatom Force", "Philips Ingenia 3T", "Siemens Skyra",
]  # fmt: skip
SENTENCES = (
    "This dataset holds {topic} of the {organ} from {place}, acquired with {modality} and reviewed by two specialists.",
    "All cases were collected consecutively at the university hospital in {place} and pseudonymised before export.",
    "The {topic} was delineated in every {modality} image of the {organ} by an experienced reader.",
    "Follow-up after {number} months is included where the patient had given consent.",
    "Files are ordered by case {number}, with one folder for each examination of the {organ}.",
)
BATCH = 1000


def dataset(number: int, dice: random.Random) -> Dataset:
    """One dataset; numbers and words repeat as little as they do in the register."""
    modality, organ, place = dice.choice(MODALITIES), dice.choice(ORGANS), dice.choice(PLACES)
    topics = dice.sample(TOPICS, dice.randint(2, 7)) + ([f"Cohort {number // 8}"] if dice.random() < 0.3 else [])
    facts: dict[str, Any] = {"organ": organ, "modality": modality, "place": place, "topic": topics[0].lower()}
    facts["number"] = dice.randint(1, 999)
    text = "".join(f"<p>{dice.choice(SENTENCES).format(**facts)}</p>" for _ in range(dice.randint(3, 7)))
    people = [{"name": f"{dice.choice('ABCDEFGH')}. {name}"} for name in dice.sample(FAMILIES, 3)]
    return Dataset(
        doi=f"10.23698/aida/bench/{number}",
        name=f"{organ} {topics[0].lower()} in {modality} from {place}, series {number}",
        short_name=f"{organ[:3]}{number}".upper(),
        field="Pathology" if modality == "SM" else "Radiology",
        origin=dice.choice(ORIGINS),
        status=dice.choice(STATUSES),
        version="1.0.0",
        keywords=["Pathology" if modality == "SM" else "Radiology", organ, *topics],
        modality=[modality, *(["PT"] if modality == "CT" and dice.random() < 0.1 else [])],
        organ=[{"name": organ, "sctid": None}],
        bytes=int(10 ** dice.uniform(8, 12.5)),
        number_of_scans=int(10 ** dice.uniform(1, 5)),
        number_of_annotations=int(10 ** dice.uniform(0, 4)),
        date_published=date(2018, 1, 1) + timedelta(days=dice.randint(0, 3000)),
        synthetic=dice.random() < 0.05,
        scapis=dice.random() < 0.2,
        hidden=dice.random() < 0.01,
        description_html=text,
        front_matter={
            "datacite": {"author": people, "publisher": {"name": "AIDA"}},
            "other": {"scanner": dice.choice(SCANNERS)},
        },
    )


def make(number: int) -> None:
    """Insert so many datasets with their licences."""
    dice = random.Random(3)
    for start in range(0, number, BATCH):
        rows = Dataset.objects.bulk_create(dataset(n, dice) for n in range(start, min(start + BATCH, number)))
        names = [(row, ["Controlled access", *dice.sample(LICENSES, dice.randint(0, 1))]) for row in rows]
        License.objects.bulk_create(
            License(dataset=row, name=name, order=order) for row, own in names for order, name in enumerate(own)
        )


def searches(number: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Kinds of searches and their addresses, as many of each kind as people make."""
    for turn in range(number):
        organ, topic, modality = dice.choice(ORGANS), dice.choice(TOPICS), dice.choice(MODALITIES)
        year, family, place = str(dice.randint(2018, 2026)), dice.choice(FAMILIES), dice.choice(PLACES)
        kinds: list[tuple[str, dict[str, str]]] = [
            ("a word", {"q": organ.lower()}),
            ("a word, half typed", {"q": topic[:3].lower()}),
            ("two words", {"q": f"{organ} {topic}"}),
            ("words and a name", {"q": f"{topic.lower()} {place} {family}"}),
            ("columns", {"q": f'modality:{modality.lower()} organ:"{organ.lower()}"'}),
            ("a facet", {"organ": organ}),
            ("a facet of most", {"status": dice.choice(STATUSES)}),
            ("facets", {"modality": modality, "year": year, "license": "Controlled access"}),
            ("facets and a word", {"organ": organ, "synthetic": "no", "q": topic[:5]}),
            (
                "no word, later page",
                {"page": str(dice.randint(1, 200)), "sort": dice.choice(["name", "-size", "-date"])},
            ),
            ("in an order", {"q": place, "sort": dice.choice(["-size", "-scans", "name"])}),
            ("a DOI", {"q": f"https://doi.org/10.23698/aida/bench/{dice.randint(1, 9999)}"}),
            ("nothing found", {"q": f"{organ} nothing{turn}"}),
        ]
        kind, parameters = kinds[turn % len(kinds)]
        yield kind, f"/datasets/?{urlencode(parameters)}"
