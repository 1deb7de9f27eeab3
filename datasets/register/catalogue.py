"""The findings, one entry for each code: does it refuse the page, what is wrong, what to do, an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Entry(NamedTuple):
    """One kind of finding. `says` holds {names} that the finding's detail fills."""

    refuses: bool
    says: str | StrPromise
    advice: str | StrPromise
    example: str


def _error(says: str | StrPromise, advice: str | StrPromise, example: str) -> Entry:
    return Entry(True, says, advice, example)


def _warning(says: str | StrPromise, advice: str | StrPromise, example: str) -> Entry:
    return Entry(False, says, advice, example)


CATALOGUE: dict[str, Entry] = {
    # Errors: the only reasons to refuse a page
    "unreadable-file": _error(
        _("The file cannot be read: {reason}."),
        _("Check that it exists and that this user may read it."),
        "import_datasets no-such-page.md",
    ),
    "too-big": _error(
        _("The page has {size} bytes; at most {limit} are read."),
        _("Move what is not about the dataset out of it."),
        "a page of 5 MB",
    ),
    "not-utf-8": _error(
        _("The page is not UTF-8."),
        _("Save it in that encoding."),
        'name: "Link\\xf6ping University"',
    ),
    "no-front-matter": _error(
        _("The page does not start with front matter between two lines of ---."),
        _("Its first line must be exactly --- and another line of --- must end the front matter."),
        "g---\ndatacite:",
    ),
    "yaml-error": _error(
        _("The front matter is not valid YAML: {reason}."),
        _("Look at this line and the one before it for a missing quote, colon or space."),
        'name: "Open quote',
    ),
    "duplicate-key": _error(
        _("The key {key} stands twice, first on line {first}."),
        _("Remove one of the two; a reader cannot know which one counts."),
        'version: "1.0"\nversion: "1.1"',
    ),
    "too-complex": _error(
        _("The front matter is nested or repeated beyond any dataset: {reason}."),
        _("Write the values out without anchors and aliases."),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    ),
    "no-doi": _error(
        _("The page has no DOI in datacite: @id."),
        _("Write it as https://doi.org/{prefix}/… there."),
        'datacite:\n  "@id": ""',
    ),
    "foreign-doi": _error(
        _("The DOI {doi} does not start with {prefix}/."),
        _("Only datasets of this hub are imported; correct datacite: @id or leave the page out."),
        '"@id": "https://doi.org/10.5281/zenodo.42"',
    ),
    "doi-twice": _error(
        _("The DOI {doi} stands in another page of this run, too: {other}."),
        _("Neither page was imported; give each its own DOI or remove one."),
        "brgandi.md and brgandi-copy.md with one @id",
    ),
    "licence-not-rendered": _error(
        _("A licence section cannot be rendered: {reason}."),
        _("Correct the Liquid or Markdown on this line; nobody can accept a text that cannot be read."),
        "### AIDA BY license\n{% for c in page.datacite.citation %}",
    ),
    "program-fault": _error(
        _("A fault of this program or its database stopped the page: {reason}."),
        _("Nothing of it was written; report this line together with the page."),
        "a page that no test has thought of",
    ),
    # Warnings: licences
    "licence-id-anchor": _warning(
        _("The id of the licence {name} points at #{anchor}, and no heading has that anchor."),
        _("The heading's own anchor is #{heading}."),
        'id: "…/brgandi#aida-license"\n### AIDA BY license',
    ),
    "licence-id-elsewhere": _warning(
        _("The id of the licence {name} is on another page's address: {id}."),
        _("Write this dataset's own address there."),
        'id: "…/10.23698/aida/other#aida-by-license" on the page of brgandi',
    ),
    "licence-without-section": _warning(
        _("The licence {name} has no section of that name in the body."),
        _("Nobody can accept it until the body has a heading ### {name} with its text."),
        'license:\n- name: "AIDA CA license"',
    ),
    "section-without-licence": _warning(
        _("The section {name} looks like a licence, and datacite: license does not name it."),
        _("Add it to datacite: license, or give the section another heading."),
        "### AIDA BY license",
    ),
    "licence-name-differs": _warning(
        _("The licence is called {name} in the front matter and {heading} in the body."),
        _("They were taken for the same; use one name."),
        'name: "AIDA license"\n### AIDA BY license',
    ),
    "licence-twice": _warning(
        _("The licence {name} stands twice in datacite: license."),
        _("Only the first was taken."),
        '- name: "Controlled access"\n- name: "Controlled access"',
    ),
    "licence-text-changed": _warning(
        _("The text of the licence {name} has changed."),
        _("It waits in the admin for hub staff to call the change editorial or material."),
        "a new sentence in the section ### AIDA BY license",
    ),
    "licence-text-back": _warning(
        _("An earlier text of the licence {name} stands on the page again."),
        _("The text in force is another one; hub staff decide which one should stand."),
        "a change of the section ### AIDA BY license that was taken back",
    ),
    "terms-after-licences": _warning(
        _("The section {heading} stands after the licences and reads like terms."),
        _("Move it into the licence that it belongs to; only the licence's own section is accepted with it."),
        "## Attribution\nPublications must cite …",
    ),
    "abstract-education": _warning(
        _("The abstract of {name} and its way to ask disagree on education: {how}."),
        _("Make both say the same."),
        'abstract: "Free for use in … research and education."\n{% include access-request-blurb.md %}',
    ),
    "abstract-coauthorship": _warning(
        _("The abstract of {name} and its way to ask disagree on co-authorship: {how}."),
        _("Make both say the same."),
        'abstract: "… with attribution and co-authorship."\n{% include access-request-blurb.md %}',
    ),
    # Warnings: includes and Liquid
    "coauthorship-no": _warning(
        _("coauthorship={value} is a text, which Liquid takes for yes; it was taken for no."),
        _("Write coauthorship=false, or leave it out."),
        '{% include access-request-blurb.md coauthorship="no" %}',
    ),
    "unknown-include": _warning(
        _("The include {name} is not known here; nothing stands in its place."),
        _("Known are access-request-blurb.md, data-access-requirements.md and rems-link.md."),
        "{% include dataset-footer.md %}",
    ),
    "unknown-parameter": _warning(
        _("The include {name} has no parameter {parameter}; it was left out."),
        _("Known are coauthorship, email_template and agreement_template_url."),
        '{% include access-request-blurb.md autorship="yes" %}',
    ),
    "unknown-template": _warning(
        _("The mail template {name} is not known here; the form for research was taken."),
        _("Known are access-request-email-research.md and access-request-email-research-or-education.md."),
        'email_template="access-request-email-reserch.md"',
    ),
    "agreement-url": _warning(
        _("The agreement's address {url} is not a URL."),
        _("Write it with https:// and without spaces."),
        'agreement_template_url="see our web page"',
    ),
    "undefined-variable": _warning(
        _("The variable {name} is not defined; nothing stands in its place."),
        _("Write it as page.datacite.… or page.other.…, as the front matter names it."),
        "[doi:{{ doi }}]",
    ),
    "unknown-filter": _warning(
        _("The filter {name} is not known; the value was taken as it is."),
        _("Correct its name."),
        '{{ page.datacite.author | mapp: "name" }}',
    ),
    "body-not-rendered": _warning(
        _("The section {heading} cannot be rendered and is left out: {reason}."),
        _("Correct the Liquid on this line."),
        "## Kernels\n{% for k in %}",
    ),
    # Warnings: people and organisations
    "provider-without-email": _warning(
        _("The provider {name} has no e-mail address."),
        _("Mails about requests go to the other providers only; add the address."),
        'provider:\n- name: "Anders Eklund"',
    ),
    "provider-bad-email": _warning(
        _("The e-mail address {email} of the provider {name} is not one."),
        _("Mails about requests go to the other providers only; correct the address."),
        'email: "anders.eklund at liu.se"',
    ),
    "provider-email-twice": _warning(
        _("The providers {name} and {other} have one e-mail address; they were taken for one."),
        _("Give each their own address."),
        "two providers with aida-data@nbis.se",
    ),
    "provider-email-changed": _warning(
        _("The provider {name} is known by an ORCID or address with another e-mail; the new one waits for the hub."),
        _("Hub staff accept the new address in the admin, since it opens existing requests to its reader."),
        'email: "new.address@liu.se"',
    ),
    "provider-orcid-changed": _warning(
        _("The provider {name} is known by an e-mail with another ORCID or none; the new one waits for the hub."),
        _("Hub staff accept the new ORCID in the admin, since it opens existing requests to its owner."),
        '"@id": "https://orcid.org/0000-0003-0677-9265" on a provider that had none',
    ),
    "provider-new": _warning(
        _("The provider {name} was added to a dataset that is already here."),
        _("Existing requests stay closed to this provider until hub staff confirm it in the admin."),
        "provider: a third name that was not there before",
    ),
    "orcid-two-names": _warning(
        _("The ORCID {orcid} stands for {name} and for {other}."),
        _("One ORCID is one person; correct the wrong one."),
        "one ORCID copied to all authors",
    ),
    "orcid-wrong": _warning(
        _("{orcid} of {name} is not a valid ORCID: its form or its check digit is wrong."),
        _("Copy it from the person's page at orcid.org."),
        "https://orcid.org/0000-0002-3248-5133",
    ),
    "untidy-text": _warning(
        _("{where} holds white space, an HTML entity or an invisible character where none belongs: {value}."),
        _("It was cleaned; correct the page."),
        '"@id": "https://orcid.org/0000-0003-0908-9470\\t"',
    ),
    "holder-twice": _warning(
        _("{name} stands twice among the copyright holders."),
        _("Remove one of the two; the licence texts print both."),
        'copyrightHolder:\n- name: "Linköping University"\n- name: "Linköping University"',
    ),
    "holder-odd": _warning(
        _("The copyright holder {name} looks like something else."),
        _("Write the name of a person or an organisation."),
        'copyrightHolder:\n- name: "AIDA BY license"',
    ),
    "url-odd": _warning(
        _("{value} in {where} is not a web address."),
        _("Write one that starts with https://, or leave it out."),
        'url: "Overview of the samples"',
    ),
    # Warnings: facts
    "no-name": _warning(
        _("The dataset has no name."),
        _("Its DOI is shown instead; write datacite: name."),
        'name: ""',
    ),
    "wrong-shape": _warning(
        _("{where} should be {wanted}."),
        _("It was left out; the page's own words are kept with the front matter."),
        "keywords: {a: b}",
    ),
    "impossible-date": _warning(
        _("{where} is not a day of the calendar: {value}."),
        _("Write it as year-month-day, such as 2023-10-18."),
        'datePublished: "2019-04-00"',
    ),
    "dates-contradict": _warning(
        _("{later} is before {earlier}."),
        _("A dataset is created, then published, then modified; correct one of the two."),
        'dateCreated: "2020-05-01"\ndatePublished: "2020-04-01"',
    ),
    "copyright-year": _warning(
        _("The copyright year {year} differs from the year published, {published}."),
        _("Correct one of the two, if it is not meant."),
        'copyrightYear: 2021\ndatePublished: "2023-10-18"',
    ),
    "number-with-words": _warning(
        _("{where} is not a number: {value}."),
        _("It cannot be counted or sorted; write the number alone."),
        'numberOfScans: "467 Subjects"',
    ),
    "url-disagrees": _warning(
        _("datacite: url {url} and the DOI {doi} disagree."),
        _("The page is shown at its DOI; correct the url."),
        'url: "…/10.23698/aida/other"',
    ),
    "path-disagrees": _warning(
        _("The file's place {path} and the DOI {doi} disagree."),
        _("The page is shown at its DOI; rename the file."),
        "10.23698/aida/heart.md with the DOI 10.23698/aida/heart-contrast",
    ),
    "unknown-country": _warning(
        _("{value} in countries-shared is not a country's two-letter code."),
        _("Use ISO 3166-1 codes, such as GB for the United Kingdom."),
        'countries-shared:\n- "UK"',
    ),
    "sctid-wrong": _warning(
        _("The SNOMED CT id {value} of {name} is not one: its check digit is wrong."),
        _("Copy it from the SNOMED CT browser."),
        "sctid: 12738005",
    ),
    "image-without-title": _warning(
        _("The example image {url} has no title."),
        _("Say in a few words what it shows, also for people who cannot see it."),
        'exampleImage:\n- url: "/assets/images/a.png"',
    ),
    "image-without-file": _warning(
        _("The example image {title} has no file; it was left out."),
        _("Write its url, or remove the entry."),
        'exampleImage:\n- title: "Overview"',
    ),
    "relative-link": _warning(
        _("{where} links to {url}, which only works on one page."),
        _("Write the whole path, starting with /."),
        '<a href="lnco">LNCO dataset</a>',
    ),
}
