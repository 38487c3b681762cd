"""Where a line may break and how well: after sentences and clauses, before phrases, never within what is read as one.

Chinese and Japanese leave no spaces. What no line may start or end with is Japan's kinsoku (JIS X 4051) and China's
GB/T 15834; beyond that a phrase is told from a word by its function words, and in Japanese by the change from kana,
which end a phrase, to kanji or katakana, which begin one (W3C, Requirements for Japanese Text Layout).
"""

import re
import unicodedata

_SENTENCE_ENDS, _CLAUSE_ENDS = ".!?…。！？", ",;:–—，、；："
_CLOSING = "）》」』】〉”’)]}»%" + _SENTENCE_ENDS + _CLAUSE_ENDS + "·～々〻ーゝゞ"
_SMALL_KANA = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
_UNSTARTED = _CLOSING + _SMALL_KANA
_OPENING = "（《「『【〈“‘([{«"
_QUOTES = "\"'”’»）」』)]》"

_OPENERS = re.compile(  # words that open a phrase: a good place to break before, a bad one to break after
    "and|but|or|nor|because|although|though|while|when|where|which|who|whom|whose|that|than|if|unless|until|since|as|"
    "with|without|within|into|onto|from|over|under|between|through|during|before|after|about|against|among|around|"
    "their|your|his|her|its|our|this|these|those|every"
)
_PARTICLES = "的了着过吗呢吧们地得"  # belong to what stands before them; a phrase often ends with them
_PREPOSITIONS = "在和与把被从向对"  # belong to what follows
_BEGINNERS = "我你您她这那也还又再很并却"  # often begin a phrase, and seldom end a word
_COMPOUNDS = """
    现在 正在 存在 实在 所在 内在 外在 在于 和平 和谐 温和 总和 参与 与其 把握 把手 被子 从来 从前 从事
    从此 自从 服从 方向 面向 走向 向来 对于 对手 对象 对话 反对 面对 针对 相对 绝对 一对 地方 地球 地面
    地上 地下 土地 大地 各地 当地 目的 的确 得到 得意 值得 觉得 获得 取得 记得 难得 了解 为了 过去 过程
    通过 经过 不过 超过 着急
"""  # words that a particle or a preposition is a part of

_NEVER, _BADLY, _WITHIN, _FAIR, _WELL = 20, 12, 12, 7, 4


def badness(before: str, after: str, *, earlier: str = "", spaced: bool = True, inner: bool = False) -> int:
    """How bad a break between two pieces of text is: 0 after a sentence, 20 where they belong together.

    Args:
        before: what stands before the break, a word or a character.
        after: what stands after it.
        earlier: what stands before ``before``.
        spaced: a space parts them.
        inner: they are parts of one word.
    """
    ending = before.rstrip(_QUOTES)
    if ending.endswith(tuple(_SENTENCE_ENDS)):
        return 0
    if ending.endswith(tuple(_CLAUSE_ENDS)):
        return 1
    if not spaced and is_full(before[-1]) and is_full(after[0]):
        return _between_ideographs((earlier + before)[-2:-1], before[-1], after[0])
    if inner:
        return _WITHIN
    if not is_full(before[-1]):
        if is_full(after[0]) and before[-1].isdigit():
            return _NEVER  # a number and what it counts
        if len(before) <= 3 or _OPENERS.fullmatch(before.lower()):
            return _NEVER  # articles and prepositions are short in most languages
    return _WELL if _OPENERS.fullmatch(after.lower()) else _FAIR


def may_start(character: str) -> bool:
    """Whether a line may start with it."""
    return character not in _UNSTARTED


def may_end(character: str) -> bool:
    """Whether a line may end with it."""
    return character not in _OPENING


def divides(character: str) -> bool:
    """Whether a line may break beside it: hanzi and kana, but not Hangul, whose words are spaced."""
    return bool(character) and is_full(character) and not "\uac00" <= character <= "\ud7a3"


def is_full(character: str) -> bool:
    """Whether it is as wide as a hanzi (Unicode Standard Annex 11)."""
    return unicodedata.east_asian_width(character) in "WF"


def _between_ideographs(earlier: str, before: str, after: str) -> int:
    if _is_hiragana(before) or _is_hiragana(after) or _is_katakana(before + after):
        return _between_kana(before, after)
    if before + after in _COMPOUNDS or after in _PARTICLES:
        return _NEVER
    ends_a_word = earlier != "" and earlier + before in _COMPOUNDS
    if before in _PREPOSITIONS and not ends_a_word:
        return _NEVER
    if after in _PREPOSITIONS or ends_a_word or before in _PARTICLES:
        return _WELL
    return _FAIR if after in _BEGINNERS else _WITHIN


def _between_kana(before: str, after: str) -> int:
    if _is_hiragana(after):
        return _NEVER if not _is_hiragana(before) else _BADLY  # a particle or an ending
    return _WELL if _is_hiragana(before) else _NEVER


def _is_hiragana(text: str) -> bool:
    return all("\u3041" <= character <= "\u309f" for character in text)


def _is_katakana(text: str) -> bool:
    return all("\u30a0" <= character <= "\u30ff" for character in text)
