"""Words that scripts are full of and that letters tell badly: greetings, names of people and places, words on loan.

What is not here, nor among the network's own exceptions, is guessed from its letters. A project's words belong into its
lexicon.toml.
"""

from collections.abc import Mapping

from laterna.voice.text.phones import Phones

_TABLE = """
    hi hh ay, ok ow k ey, okay ow k ey, aren't aa r ax n t, lemme l eh m iy, gimme g ih m iy,
    epitome ih p ih t ax m iy, hyperbole hh ay p er b ax l iy, mirage m er aa zh, depot d iy p ow,
    rendezvous r aa n d ey v uw, entrepreneur aa n t r ax p r ax n er, rapport r ae p ao r, aisle ay l,
    chalet sh ae l ey, chic sh iy k, cliche k l iy sh ey, debut d ey b y uw, fiance f iy aa n s ey,
    fiancee f iy aa n s ey, gourmet g uh r m ey, matinee m ae t ih n ey, saute s ao t ey, valet v ae l ey,
    segue s eh g w ey, calliope k ax l ay ax p iy, penelope p ax n eh l ax p iy, prologue p r ow l ao g,
    sean sh ao n, stephen s t iy v ax n, stephanie s t eh f ax n iy, barbara b aa r b er ax, emily eh m ih l iy,
    carol k ae r ax l, melissa m ax l ih s ax, rebecca r ax b eh k ax, sharon sh ae r ax n, katherine k ae th er ih n,
    rachel r ey ch ax l, janet jh ae n ax t, cheryl sh eh r ax l, jacqueline jh ae k w ax l ih n,
    frances f r ae n s ih s, sara s eh r ax, denise d ih n iy s, theresa t er iy s ax, natalie n ae t ax l iy,
    alexis ax l eh k s ih s, donald d aa n ax l d, ronald r aa n ax l d, patrick p ae t r ih k, jose hh ow z ey,
    nathan n ey th ax n, ethan iy th ax n, dylan d ih l ax n, jesse jh eh s iy, gabriel g ey b r iy ax l,
    logan l ow g ax n, alan ae l ax n, liam l iy ax m, chloe k l ow iy, zoe z ow iy, phoebe f iy b iy,
    siobhan sh ih v ao n, niamh n iy v, leah l iy ax, noel n ow eh l, joel jh ow ax l, xavier z ey v y er,
    madrid m ax d r ih d, prague p r aa g, kyoto k y ow t ow, zurich z uh r ih k, seoul s ow l, mumbai m ah m b ay,
    nairobi n ay r ow b iy, melbourne m eh l b er n, cleveland k l iy v l ax n d, cincinnati s ih n s ax n ae t iy,
    orlando ao r l ae n d ow, edinburgh eh d ax n b er ow, worcester w uh s t er, kubernetes k uw b er n eh t iy z,
    tiktok t ih k t aa k, monologue m aa n ax l ao g, cameo k ae m iy ow, cliffhanger k l ih f hh ae ng er,
    denouement d ey n uw m aa n, timpani t ih m p ax n iy, ukulele y uw k ax l ey l iy, concerto k ax n ch eh r t ow,
    maestro m ay s t r ow, crescendo k r ih sh eh n d ow, cello ch eh l ow
"""

EVERYDAY: Mapping[str, Phones] = {
    word: tuple(phones) for word, *phones in (entry.split() for entry in _TABLE.split(","))
}
