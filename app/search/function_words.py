"""Small words that carry no topic, by language: they tell which language a query is in, and are never highlighted."""

from __future__ import annotations

_WORDS = {
    "uk": """
        впродовж протягом щодо зокрема навіть саме тільки зараз потім дуже просто знову завжди ніколи
        а або адже аж але б без би біля був була були було в вам вас ваш вже ви від він вона вони воно все всі
        від де для до є ж же за зі з із й його її їй їм їх і інший к коли кому котрий кудою куди ли лише між
        мене мені ми мій моя моє мої мною на над нам нас наш не нам ним них ні ніж о об один одна оце по під
        після при про та так такий також там те тебе ти тим тих то тобі того тому тоді тут тією у уже хай хіба
        хто це цей ця цього через чи чий чого чому що щоб щодо як яка який які якщо яке шо або можна треба
    """,
    "ru": """
        а без бы был была были было в вам вас ваш во вот все всех вы где да для до его ее если есть еще ж же за
        и из или им их к как какая какие какой ко когда кому кто куда ли либо мне мой моя мы на над нам нас наш
        не него нет ни них но ну о об он она они оно от по под после при про с сам со так такой там те тем то
        того тоже той только том ты у уже что чтобы чем это этого этой этом эти можно надо нужно чего почему
    """,
    "en": """
        a about after all am an and any are as at be because been but by can could did do does for from had has
        have he her him his how i if in into is it its me my no not of on or our she so some that the their them
        then there they this to up us was we what when where which who why will with would you your
    """,
    "pl": """
        a aby ale bez bo by być co czy dla do gdy gdzie go i ich ile im ja jak jaka jaki jakie jako je jego jej
        jest jeśli jestem każdy kiedy kto która który które lub ma mam mi mnie mój moja może na nad nam nas nie
        o od on ona oni oraz po pod przez przy się są ta tak tam te tego tej ten to tu ty u w we z za ze że
    """,
    "de": """
        aber alle als am an auch auf aus bei bin bis da damit dann das dass dem den der des die dir du ein eine
        einem einen einer er es für gibt hat habe hier ich ihm ihn ihr im in ist ja kann kein man mein meine
        mich mir mit nach nicht noch nur ob oder ohne sein seine sich sie sind so und uns unser vom von vor war
        was wenn wer wie wird wo wohin zu zum zur über
    """,
}

FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def is_function_word(word: str, language: str) -> bool:
    return word in FUNCTION_WORDS.get(language, ())
