"""A grammar of English whose sentences have a known tree and known content words."""

import functools
import random
import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from backend.corpora.hashed import split_of
from backend.corpora.location import Split
from backend.corpora.record import Corpus, Parse

DRAWS = 40_000
LONGEST = 14  # words and marks of a sentence
PLURAL, PAST, ADJECTIVE, ADVERB = 0.35, 0.5, 0.25, 0.3  # how often each is drawn

# ---- words --------------------------------------------------------------------------------
# No form belongs to two words. Irregular forms follow a slash: "child/children",
# "bite/bit/bitten"; a "+" doubles the last letter of a verb before "ed" and "ing".

PEOPLE = """
actor artist baker barber boy brother builder butcher carpenter child/children clerk cousin dancer
daughter dentist doctor driver editor emperor engineer explorer farmer father fisherman/fishermen
friend gardener general giant girl grandmother hunter inspector jeweller juggler king knight
lawyer librarian magician man/men mayor merchant miner minister monk mother musician neighbour
nephew niece officer painter pianist pilot pirate plumber poet policeman/policemen president
priest prince princess professor queen sailor scientist sculptor shepherd singer sister soldier
son student surgeon tailor teacher thief/thieves tourist uncle visitor waiter wizard woman/women
writer
"""
ANIMALS = """
badger bear beaver camel cat crocodile crow dog donkey eagle elephant fox frog giraffe goat
hedgehog hen horse kangaroo lion lizard monkey otter owl parrot penguin pig pony puppy rabbit rat
raven snake sparrow squirrel swan tiger turtle whale wolf/wolves
"""
THINGS = """
apple armchair bag basket bell blanket boat book bottle bowl box bracelet bucket cake camera
candle carpet carrot chair clock coat coin computer cup curtain diamond doll envelope fence flag
flute guitar hammer hat jacket key kite knife/knives ladder lamp letter mattress mirror necklace
newspaper novel onion painting pan parcel pen pencil piano pillow poem potato/potatoes pumpkin
ribbon ring rope sandwich scarf/scarves shirt shoe spoon statue stove sword table telescope toy
trumpet umbrella vase violin wallet wheel window
"""
PLACES = """
airport barn bridge castle cathedral cave church cottage factory forest fountain garage garden
hospital hotel island lake library lighthouse market museum office palace pond prison river school
stadium station tavern temple theatre tower village
"""
ON_ANIMATES = """
accompany admire adore amuse annoy applaud attack avoid bite/bit/bitten bother calm chase comfort
confuse defend encourage entertain feed/fed/fed fight/fought/fought find/found/found follow
forget/forgot/forgotten forgive/forgave/forgiven frighten greet hear/heard/heard hug+ ignore
imitate impress insult kick kiss meet/met/met miss notice obey praise protect pursue recognise
remember rescue scare see/saw/seen surprise tease thank trust warn wake/woke/woken welcome
"""
ON_THINGS = """
bend/bent/bent borrow break/broke/broken build/built/built burn buy/bought/bought carry
catch/caught/caught choose/chose/chosen clean collect copy count damage decorate describe destroy
draw/drew/drawn drop+ examine fold hide/hid/hidden hold/held/held invent keep/kept/kept lift
lose/lost/lost make/made/made measure move polish push receive remove repair replace
sell/sold/sold shake/shook/shaken steal/stole/stolen throw/threw/thrown touch use wash
"""
ALONE = """
arrive bow breathe climb cough cry disappear dream faint fall/fell/fallen giggle hesitate jump
kneel/knelt/knelt laugh listen march meditate nod+ pray relax rest run+/ran/run shiver shout
sing/sang/sung sit+/sat/sat sleep/slept/slept smile snore stand/stood/stood stumble
swim+/swam/swum tremble vanish wait walk wander weep/wept/wept whisper whistle work yawn
"""
GIVING = """
bring/brought/brought give/gave/given hand lend/lent/lent mail offer pass promise send/sent/sent
show/showed/shown
"""
OF_ALL = """
amazing ancient beautiful big black blue brown charming dangerous dirty elegant enormous famous
fascinating funny green grey huge important impressive interesting large little lovely magnificent
mysterious new odd old ordinary orange pink pretty purple rare red remarkable short slim small
special splendid strange tall terrible tiny ugly unusual valuable white wonderful yellow
"""
OF_ANIMATES = """
angry anxious blind brave careful clever cruel curious foolish friendly generous gentle grateful
greedy happy hungry innocent jealous kind lazy lonely loyal nervous noisy patient polite proud
quiet rude sad shy sleepy stubborn stupid tired wise young
"""
OF_THINGS = """
bright cheap empty expensive fragile golden heavy leather metal plastic precious round rusty shiny
silver smooth soft square wooden
"""
ADVERBS = """
angrily anxiously bravely calmly carefully carelessly cheerfully clumsily eagerly elegantly
frequently gently happily immediately loudly nervously occasionally often patiently politely
proudly quickly quietly rarely regularly reluctantly sadly secretly seriously silently slowly
suddenly wildly
"""
DETERMINERS = {"S": ("the", "the", "a", "this", "that", "every"), "P": ("the", "some", "these")}
ANIMATE = ("person", "animal")
NOUNS_OF = {  # kinds of A, B and C by kind of verb
    "animate": (ANIMATE, ANIMATE, ANIMATE),
    "inanimate": (("person",), ("thing",), ("person",)),
    "alone": (ANIMATE, ANIMATE, ANIMATE),
    "giving": (("person",), ("thing",), ("person",)),
    "": ((*ANIMATE, "thing"),) * 3,
}
INDEFINITE = {"S": ("a",), "P": ("some",)}
PREPOSITIONS = ("in", "near", "behind", "beside")
MODALS = ("can", "will", "must", "should")
KINDS = {  # by class of words
    **dict.fromkeys(("person", "animal", "thing", "place"), "noun"),
    **dict.fromkeys(("animate", "inanimate"), "verb of two"),
    **{"alone": "verb of one", "giving": "verb of three"},
    **{"of animates": "adjective", "of things": "adjective", "adverb": "adverb"},
}
VERBS = {
    **{"verb of one": ("alone",), "verb of two": ("animate", "inanimate")},
    **{"verb of three": ("giving",), "": ("",)},
}  # classes of words by what a construction asks for
CLOSED = {"IN": PREPOSITIONS, "MD": MODALS}
MARKS = ".,?!"

# ---- sentences ----------------------------------------------------------------------------
# A, B and C are noun phrases of who acts, what is acted on and who receives; "~A" is an indefinite
# one, "-A" has no adjective, "A:N" is the noun alone. v is the verb: finite, as the number of A
# is, unless a form is named; v:S is the finite form of one. be and do are finite, as A is, or as
# what is named. MD is a modal, P a phrase of place, R an adverb where one is drawn. "by/IN" is a
# word with its tag.


class Construction(NamedTuple):
    verbs: str  # the kind that it takes; "" where it has none but "be"
    pattern: str


CONSTRUCTIONS = {
    "transitive": Construction("verb of two", "(S A (VP v B R ) . )"),
    "passive": Construction("verb of two", "(S B (VP be:B (VP v:VBN (PP by/IN A ) R ) ) . )"),
    "progressive": Construction("verb of two", "(S A (VP be (VP v:VBG B R ) ) . )"),
    "modal": Construction("verb of two", "(S A (VP MD (VP v:VB B R ) ) . )"),
    "negation": Construction("verb of two", "(S A (VP do not/RB (VP v:VB B ) ) . )"),
    "question": Construction("verb of two", "(SQ do A (VP v:VB B ) ? )"),
    "object question": Construction(
        "verb of two", "(SBARQ (WHNP which/WDT B:N ) (SQ do A (VP v:VB ) ) ? )"
    ),
    "subject question": Construction("verb of two", "(SBARQ (WHNP who/WP ) (SQ (VP v:S B ) ) ? )"),
    "subject cleft": Construction(
        "verb of two", "(S (NP it/PRP ) (VP be:S A (SBAR (WHNP that/WDT ) (S (VP v B ) ) ) ) . )"
    ),
    "object cleft": Construction(
        "verb of two", "(S (NP it/PRP ) (VP be:S B (SBAR (WHNP that/WDT ) (S A (VP v ) ) ) ) . )"
    ),
    "imperative": Construction("verb of two", "(S (VP v:VB B R ) ! )"),
    "prohibition": Construction("verb of two", "(S (VP do/VB not/RB (VP v:VB B ) ) ! )"),
    "intransitive": Construction("verb of one", "(S A (VP v R ) . )"),
    "locative": Construction("verb of one", "(S A (VP v P ) . )"),
    "fronted place": Construction("verb of one", "(S P , A (VP v ) . )"),
    "existential": Construction("verb of one", "(S (NP there/EX ) (VP be ~A (VP v:VBG P ) ) . )"),
    "predicative": Construction("", "(S -A (VP be (ADJP JJ ) ) . )"),
    "predicative question": Construction("", "(SQ be -A (ADJP JJ ) ? )"),
    "exclamation": Construction("", "(S (WHADJP how/WRB JJ ) -A (VP be ) ! )"),
    "double object": Construction("verb of three", "(S A (VP v -C B ) . )"),
    "dative": Construction("verb of three", "(S A (VP v B (PP to/TO -C ) ) . )"),
    "dative passive": Construction(
        "verb of three", "(S -B (VP be:B (VP v:VBN (PP to/TO -C ) (PP by/IN A ) ) ) . )"
    ),
}


class Form(NamedTuple):
    """A construction with all that its tree says settled."""

    construction: str
    slots: tuple[str, ...]  # of each word, in order: a word, or "role tag", or "role tag number"
    tree: tuple[str, ...]  # linearised: "(NP", tags and ")"


class Lexicon(NamedTuple):
    """Content words by class, and what each form that a sentence can have may stand for."""

    lemmas: dict[str, tuple[str, ...]]  # by class
    kinds: dict[str, str]  # of each lemma
    forms: dict[tuple[str, str], str]  # (lemma, tag) to a form
    readings: dict[str, tuple[tuple[str, str], ...]]  # of a form: (key of a slot, lemma or "")


@functools.cache
def words() -> Lexicon:
    nouns = {"person": PEOPLE, "animal": ANIMALS, "thing": THINGS, "place": PLACES}
    verbs = {
        "animate": ON_ANIMATES,
        "inanimate": ON_THINGS,
        "alone": ALONE,
        "giving": GIVING,
    }
    plain = {
        "of animates": ("JJ", OF_ALL + OF_ANIMATES),
        "of things": ("JJ", OF_ALL + OF_THINGS),
        "adverb": ("RB", ADVERBS),
    }
    forms: dict[tuple[str, str], str] = {}
    lemmas: dict[str, tuple[str, ...]] = {}
    for kind, text in nouns.items():
        pairs = [entry.split("/") for entry in text.split()]
        lemmas[kind] = tuple(pair[0] for pair in pairs)
        for lemma, *irregular in pairs:
            forms[lemma, "NN"] = lemma
            forms[lemma, "NNS"] = irregular[0] if irregular else _with_s(lemma)
    for kind, text in verbs.items():
        found = dict(_conjugated(entry) for entry in text.split())
        lemmas[kind] = tuple(found)
        forms |= {(lemma, tag): form for lemma, all in found.items() for tag, form in all.items()}
    for kind, (tag, text) in plain.items():
        lemmas[kind] = tuple(text.split())
        forms |= {(lemma, tag): lemma for lemma in lemmas[kind]}
    readings: dict[str, list[tuple[str, str]]] = {}
    kinds = {lemma: KINDS[kind] for kind, found in lemmas.items() for lemma in found}
    for (lemma, tag), form in forms.items():
        taken = f" {kinds[lemma]}" if tag.startswith("VB") else ""  # what a verb asks for
        readings.setdefault(form, []).append((f"{tag}{taken}", lemma))
    for number in "SP":
        for word in {*DETERMINERS[number], "an" if number == "S" else "the"}:
            readings.setdefault(word, []).append((f"DT {number}", ""))
    for tag, closed in CLOSED.items():
        for word in closed:
            readings.setdefault(word, []).append((tag, ""))
    for slot in {slot for form in forms_of_grammar() for slot in form.slots if " " not in slot}:
        readings.setdefault(slot, []).append((slot, ""))
    return Lexicon(lemmas, kinds, forms, {word: tuple(found) for word, found in readings.items()})


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _conjugated(entry: str) -> tuple[str, dict[str, str]]:
    """A verb's dictionary form, and its forms by Penn tag."""
    first, *irregular = entry.split("/")
    base = first.rstrip("+")
    stem = base + base[-1] if first.endswith("+") else base
    silent = base.endswith("e") and not base.endswith("ee")
    stem = base[:-1] if silent else stem
    past = f"{base[:-1]}ied" if base.endswith("y") and base[-2] not in "aeiou" else f"{stem}ed"
    then, done = irregular or (past, past)
    tags = {"VB": base, "VBP": base, "VBZ": _with_s(base), "VBD": then, "VBN": done}
    return base, tags | {"VBG": f"{stem}ing"}


@functools.cache
def forms_of_grammar() -> tuple[Form, ...]:
    """Every construction in both numbers and tenses, with and without adjectives and adverbs."""
    return tuple(
        form
        for name, (_, pattern) in CONSTRUCTIONS.items()
        for form in _forms(name, pattern.split())
    )


def _forms(name: str, pattern: list[str]) -> Iterator[Form]:
    phrases = {token.strip("~-")[0]: token for token in pattern if token.strip("~-")[0] in "ABC"}
    phrases |= {"P": "-P"} if "P" in pattern else {}
    agreeing = [token for token in pattern if token in ("v", "v:S") or token[:2] in ("be", "do")]
    tensed = any(token != "do/VB" for token in agreeing)
    adjectives = [
        role for role, token in phrases.items() if token[0] != "-" and not token.endswith(":N")
    ]
    for numbers in product("SP", repeat=len(phrases)):
        number = dict(zip(phrases, numbers, strict=True))
        if number.get("P") == "P":  # places are always one
            continue
        for past, adverb in product((False, True)[: 1 + tensed], (False, True)):
            if adverb and "R" not in pattern:
                continue
            for chosen in product((False, True), repeat=len(adjectives)):
                with_adjective = {
                    role for role, wanted in zip(adjectives, chosen, strict=True) if wanted
                }
                yield _form(name, pattern, number, past, adverb, with_adjective)


def _form(
    name: str,
    pattern: list[str],
    number: dict[str, str],
    past: bool,
    adverb: bool,
    adjectives: set[str],
) -> Form:
    slots: list[str] = []
    tree: list[str] = []
    verbs = CONSTRUCTIONS[name].verbs

    def word(slot: str, tag: str) -> None:
        slots.append(slot)
        tree.append(tag)

    def noun(role: str, start: str = "") -> None:
        word(f"{role} NN{'S' * (number[role] == 'P')}", f"NN{'S' * (number[role] == 'P')}")

    def phrase(role: str, indefinite: bool = False) -> None:
        tree.append("(NP")
        word(f"{role}{'~' * indefinite} DT {number[role]}", "DT")
        if role in adjectives:
            word(f"{role} JJ", "JJ")
        noun(role)
        tree.append(")")

    def finite(of: str) -> str:
        """The tag of a finite verb whose subject is a noun phrase, or "S"."""
        one = (of if of in "SP" else number[of]) == "S"
        return "VBD" if past else "VBZ" if one else "VBP"

    for token in pattern:
        head, _, rest = token.partition(":")
        if token[0] in "()":
            tree.append(token)
        elif "/" in token:
            word(*token.split("/"))
        elif token in MARKS:
            word(token, "." if token != "," else ",")
        elif head in ("be", "do"):
            subject = rest or "A"
            tag = finite(subject)
            one = (subject if subject in "SP" else number[subject]) == "S"
            word(_auxiliary(head, tag, one), tag)
        elif token in ("v", "v:S"):
            word(f"v {finite(rest or 'A')} {verbs}", finite(rest or "A"))
        elif head == "v":
            word(f"v {rest} {verbs}", rest)
        elif token == "MD":
            word("m MD", "MD")
        elif token == "JJ":
            word("A JJ", "JJ")
        elif token == "R":
            if adverb:
                tree.append("(ADVP")
                word("r RB", "RB")
                tree.append(")")
        elif token == "P":
            tree.append("(PP")
            word("p IN", "IN")
            phrase("P")
            tree.append(")")
        elif rest == "N":
            noun(head)
        else:
            phrase(token.strip("~-"), token[0] == "~")
    return Form(name, tuple(slots), tuple(tree))


def _auxiliary(verb: str, tag: str, one: bool) -> str:
    if verb == "do":
        return {"VBD": "did", "VBZ": "does", "VBP": "do"}[tag]
    return {"VBD": "was" if one else "were", "VBZ": "is", "VBP": "are"}[tag]


def _key(slot: str) -> str:
    """What of a slot is seen in a sentence: all but the role."""
    return slot.partition(" ")[2] or slot


@functools.cache
def _by_slots() -> dict[tuple[str, ...], Form]:
    return {tuple(map(_key, form.slots)): form for form in forms_of_grammar()}


def parse(sentence: str) -> Parse | None:
    """The tree of a sentence and its content words; None where the grammar does not give it.

    Words may be in any class that their place asks for, as in "the lamp eats the king". A word of
    the dictionary has one base form, whatever its own form is.
    """
    tokens = re.findall(r"[a-z]+|\S", sentence.lower())
    if not 0 < len(tokens) <= LONGEST or not articles_fit(tokens):
        return None
    readings = words().readings
    options = [readings.get(token, ()) for token in tokens]
    for chosen in product(*options):
        if form := _by_slots().get(tuple(key for key, _ in chosen)):
            content = tuple(lemma for _, lemma in chosen if lemma)
            kinds = tuple(words().kinds[lemma] for lemma in content)
            return Parse(form.construction, form.tree, content, kinds)
    return None


def articles_fit(tokens: list[str]) -> bool:
    """ "an" before a vowel alone, "a" elsewhere; no word here begins with a silent h."""
    return all(
        word not in ("a", "an") or word == _article(following)
        for word, following in zip(tokens, [*tokens[1:], "."], strict=True)
    )


def _article(following: str) -> str:
    return "an" if following[0] in "aeiou" else "a"


@functools.cache
def read() -> dict[str, Split]:
    """Different draws of the grammar, always the same; a hash of the words decides the split."""
    rng = random.Random(0)
    drawn = dict.fromkeys(draw(rng) for _ in range(DRAWS))
    splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    kinds: dict[str, list[str]] = {name: [] for name in splits}
    for tokens, construction in drawn:
        name = split_of(tokens)
        splits[name].append(written(tokens))
        kinds[name].append(construction)
    return {
        name: Split(items, None, {"construction": kinds[name]}) for name, items in splits.items()
    }


def _other(rng: random.Random, pool: tuple[str, ...], taken: list[str]) -> str:
    """A word that does not stand in the sentence yet."""
    while (word := rng.choice(pool)) in taken:
        pass
    return word


def draw(rng: random.Random) -> tuple[tuple[str, ...], str]:
    """The tokens of a sentence, and its construction; all constructions are equally likely."""
    construction = rng.choice(tuple(CONSTRUCTIONS))
    forms, weights = _weighted()[construction]
    (form,) = rng.choices(forms, cum_weights=weights)
    classes = VERBS[CONSTRUCTIONS[construction].verbs]
    verb = rng.choice(classes) if len(classes) > 1 else classes[0]
    kinds = [rng.choice(kind) for kind in NOUNS_OF[verb]]
    kind_of = dict(zip("ABC", kinds, strict=True)) | {"P": "place"}
    lexicon = words()
    content: list[str] = []
    tokens: list[str] = []
    for slot in form.slots:
        role, _, key = slot.partition(" ")
        tag, _, number = key.partition(" ")
        if not key:
            tokens.append(slot)
        elif tag == "DT":
            tokens.append(rng.choice((INDEFINITE if "~" in role else DETERMINERS)[number]))
        elif tag in CLOSED:
            tokens.append(rng.choice(CLOSED[tag]))
        else:
            kind = kind_of.get(role, "adverb" if role == "r" else verb)
            if tag == "JJ":
                kind = "of things" if kind == "thing" else "of animates"
            content.append(_other(rng, lexicon.lemmas[kind], content))
            tokens.append(lexicon.forms[content[-1], tag])
    after = [*tokens[1:], "."]
    tokens = [_article(next) if t == "a" else t for t, next in zip(tokens, after, strict=True)]
    return tuple(tokens), construction


@functools.cache
def _weighted() -> dict[str, tuple[list[Form], list[float]]]:
    """By construction its forms, and how likely they are, added up one after the other."""
    found: dict[str, tuple[list[Form], list[float]]] = {}
    for form in forms_of_grammar():
        forms, weights = found.setdefault(form.construction, ([], []))
        forms.append(form)
        weights.append(_weight(form) + (weights[-1] if weights else 0))
    return found


def _weight(form: Form) -> float:
    """That of its numbers, its tense, its adjectives and adverbs, each drawn on its own."""
    nouns = [slot for slot in form.slots if " NN" in slot and not slot.startswith("P")]
    plural = sum(slot.endswith("S") for slot in nouns)
    adjectives = sum(slot.endswith(" JJ") for slot in form.slots)
    past, adverb = "VBD" in form.tree, "RB" in form.tree
    return (
        (PLURAL / (1 - PLURAL)) ** plural
        * (PAST / (1 - PAST)) ** past
        * (ADJECTIVE / (1 - ADJECTIVE)) ** adjectives
        * (ADVERB / (1 - ADVERB)) ** adverb
    )


def written(tokens: tuple[str, ...]) -> str:
    """As people write it: "In the castle, the king slept." """
    text = re.sub(r" (?=[.,?!])", "", " ".join(tokens))
    return text[:1].upper() + text[1:]


CORPUS = Corpus(
    read=read,
    files=(),
    kind="text",
    unit="sentence",
    name="Grammar",
    title="A grammar of 22 constructions of English: different draws, each with its tree and its "
    "content words",
    hub_name="grammar",
    caution="The sentences come from a grammar with 22 constructions, so that the tree and the "
    "content words of each are known: kings and lamps, seen, admired and given. Which word is "
    "drawn hangs on little but its class, so they say nothing of the world.",
    split="A hash of a sentence's words decides its split; 2 % each are held out.",
    downloads=(),
    tags=("construction",),
    ends=("The king admired the horse.", "Is the lamp heavy?"),
    parse=parse,
)
