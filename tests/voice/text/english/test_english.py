"""English as it is read out, rule by rule."""

import pytest

from laterna.voice.text.reading import read_out


def said(written: str, language: str = "en") -> str:
    return read_out(written, language).text


MONEY = [
    ("It costs $3.50.", "It costs three dollars and fifty cents."),
    ("$1 or $1.01?", "one dollar or one dollar and one cent?"),
    ("£0.99, €20 and ¥500", "ninety-nine pence, twenty euros and five hundred yen"),
    ("$1,200.00", "one thousand two hundred dollars"),
    ("$0.00", "zero dollars"),
    ("$2 million, £3.5bn, $40k", "two million dollars, three point five billion pounds, forty thousand dollars"),
    ("$3.5", "three point five dollars"),
    ("a $5 note, an $80 million film", "a five dollar note, an eighty million dollar film"),
    ("the $5 is mine; a $5.", "the five dollars is mine; a five dollars."),
    ("$5–10 or $5-$10", "five to ten dollars or five to ten dollars"),
    ("50¢, 20 USD, 5€", "fifty cents, twenty dollars, five euros"),
    (
        "$100bn–$200bn, the studio's $2M film",
        "one hundred to two hundred billion dollars, the studio's two million dollar film",
    ),
    ("a $20-an-hour job", "a twenty dollar-an-hour job"),
    ("-$5, $4/kg, $9 per night", "minus five dollars, four dollars per kilogram, nine dollars per night"),
]
MEASURES = [
    ("5 km, 5km, 1 km", "five kilometres, five kilometres, one kilometre"),
    ("60 km/h at 30 °C, -5°C", "sixty kilometres an hour at thirty degrees Celsius, minus five degrees Celsius"),
    ("12 ft by 1 ft, 10 m²", "twelve feet by one foot, ten square metres"),
    ("24 fps for 90 min", "twenty-four frames a second for ninety minutes"),
    ("turned 90°.", "turned ninety degrees."),
    ("a 5 km run, the 90° turn, 5-km", "a five kilometre run, the ninety degree turn, five-kilometre"),
    ("20% of 1,000, 5-10%, 0.5 %", "twenty percent of one thousand, five to ten percent, zero point five percent"),
    ('6\'2" tall, a 5" pipe', "six foot two tall, a five inch pipe"),
    ("6 ft 2 in, 2 tbsp. sugar", "six foot two, two tablespoons sugar"),
    ("2h30m or 1h 5min", "two hours thirty minutes or one hour five minutes"),
    ("5 months, 3 grams, 5 in a row", "five months, three grams, five in a row"),
    ("100 mg/day, 50 sq ft", "one hundred milligrams per day, fifty square feet"),
]
NUMBERS = [
    ("1.5M views, 2B people, a 4K video", "one point five million views, two billion people, a four K video"),
    ("–5 °C, $-5", "minus five degrees Celsius, minus five dollars"),
    ("a Boeing 747-400", "a Boeing seven forty-seven four hundred"),
    ("5×3=15", "five times three equals fifteen"),
    ("card 4111 1111 1111 1111", "card four one one one, one one one one, one one one one, one one one one"),
    ("7.30pm, 0900 hours", "seven thirty PM, oh nine hundred hours"),
    ("5 ft. 11 in. tall, $5 per hr., 2 wks", "five foot eleven tall, five dollars per hour, two weeks"),
    ("README.md, node.js", "README dot MD, node dot JS"),
    ("localhost:8080, /usr/local", "localhost colon eighty eighty, slash USR slash local"),
    ("105 and 1,234,567", "one hundred five and one million two hundred thirty-four thousand five hundred sixty-seven"),
    ("3.14, .5, 007", "three point one four, point five, zero zero seven"),
    ("1 000 000 and 1\u00a0000", "one million and one thousand"),
    ("-5, +3, ±2, ~9, <4, ≥7", "minus five, plus three, plus or minus two, about nine, less than four, at least seven"),
    ("1st, 22nd, 103rd, 1,000th", "first, twenty-second, one hundred third, one thousandth"),
    ("1/2 a mile, 2½ hours, 3/4", "half a mile, two and a half hours, three quarters"),
    ("3 1/2 cups, 2/3, 8/10, 3/45", "three and a half cups, two thirds, eight out of ten, three over forty-five"),
    ("9/11 and 24/7", "nine eleven and twenty-four seven"),
    ("won 3-2, 21–14, 3:1", "won three to two, twenty-one to fourteen, three to one"),
    ("16:9 at 1920x1080, 3x faster", "sixteen to nine at nineteen twenty by ten eighty, three times faster"),
    ("5 - 3 = 2, 5*3, 10^6", "five minus three equals two, five times three, ten to the power of six"),
    ("B-52s, F-16", "B-fifty-twos, F-sixteen"),
    ("6.02×10²³, 10⁻⁶", "six point zero two times ten to the power of twenty-three, ten to the power of minus six"),
    ("No. 5 and #3, pp. 5–6", "number five and number three, pages five to six"),
    ("B2, C3PO, MP3, A380, covid-19", "B two, C three PO, MP three, A three eighty, covid-nineteen"),
    ("a 10-year-old in room 101", "a ten-year-old in room one oh one"),
    ("12345678901234567890", "one two three four five six seven eight nine zero " * 2),
    ("①, ٣, Ⅷ and ⅐", "one, three, eight and a seventh"),
]
DATES = [
    ("May 3, 2026; 3 May 2026", "May third, twenty twenty-six; the third of May twenty twenty-six"),
    ("May 3rd, the 3rd of May, on 4 July.", "May third, the third of May, on the fourth of July."),
    ("2026-05-03 or 3/5/2026", "May third, twenty twenty-six or March fifth, twenty twenty-six"),
    ("13/5/2026, 03.05.2026", "May thirteenth, twenty twenty-six, May third, twenty twenty-six"),
    ("2026-05-03T19:05", "May third, twenty twenty-six at nineteen oh five"),
    ("Jan. 5, in Sept. 2026", "January fifth, in September twenty twenty-six"),
    ("3–5 May, Dec. 24-26", "the third to the fifth of May, December twenty-fourth to twenty-sixth"),
    ("In 1984 it had 1984 pages.", "In nineteen eighty-four it had one thousand nine hundred eighty-four pages."),
    ("1905, 2005, 2000, 2026", "nineteen oh five, two thousand five, two thousand, twenty twenty-six"),
    ("Mon–Fri, in 2020/21", "Monday to Friday, in twenty twenty to twenty-one"),
    ("1914–1918, 1939-45", "nineteen fourteen to nineteen eighteen, nineteen thirty-nine to forty-five"),
    ("the 1990s, '80s, 1800s", "the nineteen nineties, eighties, eighteen hundreds"),
]
TIMES = [
    ("7:30 pm, 19:05, 7:00", "seven thirty PM, nineteen oh five, seven o'clock"),
    ("7pm, 7–9 pm, 7:00 a.m.", "seven PM, seven to nine PM, seven AM."),
    ("9am–5pm, 9:00–17:00", "nine AM to five PM, nine o'clock to seventeen hundred"),
    ("ran it in 24:31.7, in 52:08", "ran it in twenty-four thirty-one point seven, in fifty-two oh eight"),
    ("at 10 a.m. sharp", "at ten AM sharp"),
]
ADDRESSES = [
    ("https://laterna.org/docs.", "laterna dot org slash docs."),
    ("see www.example.com", "see W W W dot example dot com"),
    ("ann.lee@example.co.uk", "ann dot lee at example dot co dot UK"),
    ("@laterna, #film", "at laterna, hashtag film"),
    ("version 2.1.3, v2.10", "version two point one point three, version two point ten"),
    ("call 555-1234", "call five five five, one two three four"),
    ("+1 555 123 4567", "plus one, five five five, one two three, four five six seven"),
]
ABBREVIATIONS = [
    ("Dr. Smith met Mrs Jones", "Doctor Smith met Missis Jones"),
    ("St. Mary's on Main St.", "Saint Mary's on Main Street."),
    ("10 Downing St. and Elm Dr.", "ten Downing Street and Elm Drive."),
    ("fruit, e.g. apples, etc.", "fruit, for example apples, et cetera."),
    ("J. R. R. Tolkien", "J R R Tolkien"),
    ("the U.S. Army left the U.S.", "the U S Army left the U S."),
    ("Bell Co. vs. Acme Inc. of 5th Ave.", "Bell Company versus Acme Incorporated of fifth Avenue."),
    ("Henry VIII's, Louis XIV", "Henry the eighth's, Louis the fourteenth"),
    ("World War II, Act I, Chapter IV", "World War two, Act one, Chapter four"),
    ("Elizabeth I ruled, Mary I know", "Elizabeth the first ruled, Mary I know"),
    ("I am here, a CD by V", "I am here, a CD by V"),
    ("No. He said no.", "No. He said no."),
]
SIGNS = [
    ("A/B & C, R&D", "A/B and C, R and D"),
    ("C++, a = b, 100 %", "C plus plus, a equals b, one hundred percent"),
    ("C# and F#, a<b", "C sharp and F sharp, a is less than b"),
    ("x², the π, Δt", "x squared, the pi, delta t"),
    ("**bold** and _so_", " bold  and  so "),
]


@pytest.mark.parametrize(
    ("written", "read"),
    [*MONEY, *MEASURES, *NUMBERS, *DATES, *TIMES, *ADDRESSES, *ABBREVIATIONS, *SIGNS],
)
def test_it_is_read_as_people_say_it(written: str, read: str) -> None:
    assert said(written).split() == read.split()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3/5/2026", "the third of May twenty twenty-six"),
        ("2026-05-03", "the third of May twenty twenty-six"),
        ("105 and 1,005", "one hundred and five and one thousand and five"),
    ],
)
def test_british_english_puts_the_day_first_and_says_and(written: str, read: str) -> None:
    assert said(written, "en-GB") == read


@pytest.mark.parametrize("written", ["1", "a ", "$", "1,", "5-", "a.", "A.", "1/", "IV ", "a-", "+1 2", "a@", "('"])
def test_a_long_text_without_a_sentence_s_end_is_read_too(written: str) -> None:
    assert said(written * 3000)
