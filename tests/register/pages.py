"""Pages written for tests: a small right one, and ways to make it wrong."""

from __future__ import annotations

from datasets.register.reader import ReadPage, Register, read

REGISTER = Register("10.23698", "https://register.example")

FRONT = """\
hidden: no
datacite:
  "@context": "http://schema.org"
  "@type": "Dataset"
  "@id": "https://doi.org/10.23698/aida/testset"
  name: "A set for tests"
  about: "Radiology"
  url: "https://register.example/10.23698/aida/testset"
  author:
  - name: "Per Lind"
    "@id": "https://orcid.org/0000-0002-1825-0097"
    "@type": "Person"
  - name: "Petra Öhman"
    "@type": "Person"
  publisher:
    "@type": "Organization"
    name: "AIDA"
  copyrightYear: 2023
  copyrightHolder:
  - name: "Uppsala University"
    url: "https://www.uu.se/"
    "@type": "Organization"
  provider:
  - name: "Per Lind"
    email: "Per.Lind@uu.example"
    "@id": "https://orcid.org/0000-0002-1825-0097"
    "@type": "Person"
  - name: "AIDA Data Hub"
    email: "aida-data@nbis.se"
    "@id": "https://datahub.aida.scilifelab.se"
    "@type": "Organization"
  dateCreated: "2023-10-18"
  datePublished: "2023-10-18"
  dateModified: "2023-10-19"
  keywords: "Radiology, Brain, MRI"
  version: "1.0.0"
  description: |
    One *set* of images.
  license:
  - name: "Controlled access"
    id: "https://register.example/10.23698/aida/testset#controlled-access"
    "@type": "CreativeWork"
    abstract: |
      Free for use in legal and ethical medical diagnostics research.
  - name: "AIDA BY license"
    id: "https://register.example/10.23698/aida/testset#aida-by-license"
    "@type": "CreativeWork"
    abstract: "Free for use within AIDA with attribution."
  citation:
  - "@type": "CreativeWork"
    "@id": "https://doi.org/10.1109/tmi.2014.2377694"
    name: "A work -- about \\"images\\"."
other:
  shortName: "TESTSET"
  origin: "Clinical"
  status: "Completed"
  annotation: |
    Drawn by hand.
  countries-shared:
  - "SE"
  organ:
  - name: "Brain"
    sctid: 12738006
  bytes: 71924000000
  numberOfScans: 100000
  numberOfAnnotations: 7
  modality:
  - "MR"
  image:
  exampleImage:
  - title: "Example image"
    url: "/assets/images/testset/image1.png"
    thumbnail-url: "/assets/images/testset/image1-thumbnail.png"
"""
BODY = """\
## Kernels
Nothing to see.

## License
### Controlled access
Free for use in legal and ethical medical diagnostics research.

{% include access-request-blurb.md %}

### AIDA BY license
Copyright
{{ page.datacite.copyrightYear }}
{{ page.datacite.copyrightHolder | map: "name" | join: ", " }}

Cite {{ page.datacite.author | map: "name" | array_to_sentence_string }}
({{ page.datacite.datePublished | date: "%Y" }}), "as is".
"""


def a_page(*swaps: tuple[str, str], body: str = BODY, front: str = FRONT) -> bytes:
    """The right page with words swapped; each must stand in it."""
    text = f"---\n{front}---\n{body}"
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def read_page(*swaps: tuple[str, str], body: str = BODY, path: str = "testset.md") -> ReadPage:
    """The right page with words swapped, read."""
    return read(a_page(*swaps, body=body), path, REGISTER)


def found(page: ReadPage) -> set[str]:
    """The codes of its findings."""
    return {finding.code for finding in page.findings}


def line_of(words: str, data: bytes | None = None) -> int:
    """The line of the right page (or of another one) on which the words stand."""
    text = (data or a_page()).decode()
    return text.count("\n", 0, text.index(words)) + 1
