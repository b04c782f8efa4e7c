"""What such results may be used for: printed with every figure that leaves the house."""

LIMITS = (
    (
        "Made for",
        "judging and comparing systems on recordings whose speakers agreed to it: research and evaluation.",
    ),
    (
        "Not for",
        "deciding anything about a person. In the European Union inferring emotions at work or in education is "
        "prohibited (AI Act, Article 5(1)(f)), medical and safety reasons aside; elsewhere people must be told "
        "(Article 50(3)).",
    ),
    (
        "What is measured",
        "whether the system names the sentiment that was acted or that annotators saw, not what anybody felt.",
    ),
    (
        "How far it reaches",
        "to people and recordings like those tested. Few people were tested, so look at the interval, not at the "
        "point; other ages, skins, languages, cameras and microphones may give other figures.",
    ),
)

DRAWN = (
    "These are drawn actors with synthetic voices: the figures show that the parts work together, and say nothing "
    "about real people."
)
