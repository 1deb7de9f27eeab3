"""Where the mails about BRGANDI go: its providers as the page has them, and the people whom Ada's answers name."""

PER, PETRA, HUB = "muhammad.usman@liu.se", "anders.eklund@liu.se", "aida-data@nbis.se"
ADA, RUT, SUNE, MIA = "ada.berg@uu.example", "rut.ek@uu.example", "sune.holm@uu.example", "mia.lind@uu.example"
