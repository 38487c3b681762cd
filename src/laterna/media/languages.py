"""Languages as sound tracks are tagged with them."""

# ISO 639-1 codes with those of ISO 639-2 (terminology).
_THREE_LETTERS = """
    aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bh:bih
    bi:bis bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces cu:chu cv:chv cy:cym da:dan
    de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra
    fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her
    ia:ina id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik kj:kua
    kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin
    lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya na:nau nb:nob
    nd:nde ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli
    pl:pol ps:pus pt:por qu:que rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag si:sin sk:slk
    sl:slv sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir
    tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol
    wa:wln wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul
"""
_TABLE = dict(pair.split(":") for pair in _THREE_LETTERS.split())

# Languages that QuickTime numbers, and libav knows by other letters than those.
_NUMBERED = """
    bod:tib cym:wel deu:ger ell:gre eus:baq fas:per hrv:hr hye:arm isl:ice kat:geo mkd:mac msa:may mya:bur nld:dut
    nno:nor nob:nor sqi:alb srp:sr swe:sve zho:chi
"""
_QUICKTIME = dict(pair.split(":") for pair in _NUMBERED.split())


_TWO_LETTERS = {three: two for two, three in _TABLE.items()}


def bcp47(tag: str) -> str:
    """A tag with the shortest code of its language, as BCP 47 asks for: "en-GB" for eng-GB or en_GB."""
    language, *subtags = tag.replace("_", "-").split("-")
    return "-".join([_TWO_LETTERS.get(language.lower(), language), *subtags])


def iso639_2(tag: str) -> str:
    """The three letters that MP4 and Matroska tag a track with, for a BCP 47 tag: "deu" for de-AT; else "und"."""
    language = tag.lower().replace("_", "-").partition("-")[0]
    return _TABLE.get(language) or (language if len(language) == 3 and language.isalpha() else "und")


def quicktime(tag: str) -> str:
    """The three letters by which libav tags a track of a QuickTime movie (.mov) with the number of its language."""
    language = iso639_2(tag)
    return _QUICKTIME.get(language, language).ljust(3)
