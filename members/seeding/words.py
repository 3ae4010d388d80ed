"""Generated texts: sentences that read like sentences, the same ones for the same random numbers."""

from __future__ import annotations

from random import Random

ADJECTIVES = """quiet early brittle patient hollow bright narrow distant gentle stubborn honest careful sudden familiar
borrowed crooked silver ordinary restless unfinished warm salted endless invisible modest northern open plain rapid
second shallow slow small spare steady tidy tired uneven winter young""".split()
NOUNS = """harbour garden ledger lantern orchard bridge compass kitchen railway library window workshop notebook river
letter engine market island season recipe clock map station bicycle village storm theatre archive ferry chimney meadow
pattern signal voyage mill shelf path tower valley well""".split()
OTHERS = """about_patience in_the_rain for_beginners without_hurry at_midnight before_breakfast of_my_grandmother
on_the_coast after_the_frost with_two_hands between_trains in_translation under_the_roof from_memory
in_small_steps by_the_numbers""".split()
VERBS = """keeps repairs measures forgets carries follows paints borrows counts remembers opens crosses watches plants
describes trades gathers answers""".split()
ADVERBS = """slowly twice again carefully every_morning without_a_word in_the_end by_accident as_always for_years
at_last on_purpose""".split()
TAGS = """architecture astronomy baking bicycles birds books botany cameras chess cities coffee craft databases design
drawing energy essays family farming fermentation film fonts forests gardens geology grammar history hiking interviews
islands jazz kitchens knots languages letters lighthouses maps mathematics memory metal mountains museums music night
numbers oceans optics paper patterns physics pottery puzzles python radio railways recipes repair rivers sailing science
sewing sound space stories tea theatre tools trains translation travel typography walking water weather winter wood
Привет""".split()
LANGUAGES = ("python", "rust", "sql", "", "bash")


def sentence(random: Random) -> str:
    """One sentence."""
    words = (
        f"The {random.choice(ADJECTIVES)} {random.choice(NOUNS)} {random.choice(VERBS)} "
        f"the {random.choice(NOUNS)} {random.choice(ADVERBS).replace('_', ' ')}"
    )
    if random.random() < 0.4:
        words += f", and nobody in the {random.choice(ADJECTIVES)} {random.choice(NOUNS)} asks why"
    return words + "."


def sentences(random: Random, number: int) -> str:
    """Several sentences, as a paragraph has them."""
    return " ".join(sentence(random) for _ in range(number))


def title(random: Random) -> str:
    """The title of a post."""
    noun = f"{random.choice(ADJECTIVES)} {random.choice(NOUNS)} {random.choice(OTHERS).replace('_', ' ')}"
    return random.choice(("A {}", "The {}", "My {}", "“The {}”")).format(noun)


def blog_title(random: Random) -> str:
    """The title of a blog."""
    return f"The {random.choice(ADJECTIVES)} {random.choice(NOUNS)}".title()


def tags(random: Random) -> list[str]:
    """One to four tags."""
    return random.sample(TAGS, random.choice((1, 2, 2, 3, 3, 4)))


def body(random: Random) -> list[dict]:
    """The blocks of a body, without pictures, in the form in which they are stored."""

    def block(kind: str, value) -> dict:
        return {"type": kind, "value": value, "id": f"{random.getrandbits(128):032x}"}

    blocks = []
    for part in range(random.choice((1, 1, 2, 2, 3))):
        if part:
            blocks.append(block("heading", {"level": 2, "text": title(random)}))
        for _ in range(random.choice((1, 2))):
            first, rest = sentence(random), sentences(random, random.choice((1, 2, 3)))
            blocks.append(block("paragraph", f"<p>{first} <b>{rest.split('.')[0]}.</b> {rest}</p>"))
        chance = random.random()
        if chance < 0.2:
            code = f"def {random.choice(NOUNS)}({random.choice(NOUNS)}):\n    return {random.randrange(100)}\n"
            blocks.append(block("code", {"language": random.choice(LANGUAGES), "code": code}))
        elif chance < 0.3:
            blocks.append(block("quote", {"text": sentence(random), "attribution": random.choice(NOUNS).title()}))
        elif chance < 0.35:
            blocks.append(block("divider", None))
    return blocks
