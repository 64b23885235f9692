"""What a person reads beside an answer that cannot be accepted, in every language of the first country."""

from enum import StrEnum

DEFAULT_LANGUAGE = "en"


class Reason(StrEnum):
    """Why an answer, or a whole set of answers, is not accepted."""

    ATTENTION = "attention"
    REQUIRED = "required"
    NOT_TEXT = "not_text"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    NOT_INTEGER = "not_integer"
    NOT_DECIMAL = "not_decimal"
    NUMBER_RANGE = "number_range"
    NOT_DATE = "not_date"
    DATE_RANGE = "date_range"
    NOT_ONE = "not_one"
    NOT_LIST = "not_list"
    NOT_LISTED = "not_listed"
    CONSTRAINT = "constraint"
    UNKNOWN = "unknown"
    RESERVED = "reserved"
    TOO_MANY = "too_many"


MESSAGES: dict[Reason, dict[str, str]] = {
    Reason.ATTENTION: {
        "en": "Some answers need your attention.",
        "ru": "Проверьте отмеченные ответы.",
        "ky": "Белгиленген жоопторду текшериңиз.",
    },
    Reason.REQUIRED: {
        "en": "Answer this question.",
        "ru": "Ответьте на этот вопрос.",
        "ky": "Бул суроого жооп бериңиз.",
    },
    Reason.NOT_TEXT: {
        "en": "Write the answer as text.",
        "ru": "Напишите ответ текстом.",
        "ky": "Жоопту текст менен жазыңыз.",
    },
    Reason.TOO_LONG: {
        "en": "Shorten the answer to {limit} characters; it has {length}.",
        "ru": "Сократите ответ до {limit} знаков; сейчас их {length}.",
        "ky": "Жоопту {limit} белгиге чейин кыскартыңыз; азыр {length}.",
    },
    Reason.INVISIBLE: {
        "en": "The answer holds an invisible character ({code}). Delete it or type the answer again.",
        "ru": "В ответе есть невидимый знак ({code}). Удалите его или наберите ответ заново.",
        "ky": "Жоопто көрүнбөгөн белги бар ({code}). Аны өчүрүңүз же жоопту кайра териңиз.",
    },
    Reason.NOT_INTEGER: {
        "en": "Write a whole number in digits, such as 17.",
        "ru": "Напишите целое число цифрами, например 17.",
        "ky": "Бүтүн санды цифра менен жазыңыз, мисалы 17.",
    },
    Reason.NOT_DECIMAL: {
        "en": "Write a number in digits, such as 17 or 17.5.",
        "ru": "Напишите число цифрами, например 17 или 17,5.",
        "ky": "Санды цифра менен жазыңыз, мисалы 17 же 17,5.",
    },
    Reason.NUMBER_RANGE: {
        "en": "No such large number can be meant. Write a number in digits, such as 17.",
        "ru": "Такое большое число невозможно. Напишите число цифрами, например 17.",
        "ky": "Сан өтө чоң. Санды цифра менен жазыңыз, мисалы 17.",
    },
    Reason.NOT_DATE: {
        "en": "Write a real date as day, month and year, such as 27.3.2026.",
        "ru": "Напишите существующую дату: день, месяц и год, например 27.3.2026.",
        "ky": "Чыныгы датаны жазыңыз: күн, ай жана жыл, мисалы 27.3.2026.",
    },
    Reason.DATE_RANGE: {
        "en": "Write a date between the years {low} and {high}.",
        "ru": "Напишите дату между {low} и {high} годом.",
        "ky": "{low}–{high} жылдар аралыгындагы датаны жазыңыз.",
    },
    Reason.NOT_ONE: {
        "en": "Choose one answer.",
        "ru": "Выберите один ответ.",
        "ky": "Бир жоопту тандаңыз.",
    },
    Reason.NOT_LIST: {
        "en": "Choose one or more answers from the list.",
        "ru": "Выберите один или несколько ответов из списка.",
        "ky": "Тизмеден бир же бир нече жоопту тандаңыз.",
    },
    Reason.NOT_LISTED: {
        "en": "Choose an answer from the list.",
        "ru": "Выберите ответ из списка.",
        "ky": "Тизмеден жооп тандаңыз.",
    },
    Reason.CONSTRAINT: {
        "en": "This answer does not fit. Check it and correct it.",
        "ru": "Этот ответ не подходит. Проверьте и исправьте его.",
        "ky": "Бул жооп туура келбейт. Текшерип, оңдоңуз.",
    },
    Reason.UNKNOWN: {
        "en": "This form has no such question. Reload the page and try again.",
        "ru": "В этой форме нет такого вопроса. Обновите страницу и повторите.",
        "ky": "Бул формада мындай суроо жок. Баракты жаңыртып, кайра аракет кылыңыз.",
    },
    Reason.RESERVED: {
        "en": "This name belongs to the system and cannot be an answer. Remove it.",
        "ru": "Это имя занято системой и не может быть ответом. Уберите его.",
        "ky": "Бул аталыш системага таандык, жооп боло албайт. Аны алып салыңыз.",
    },
    Reason.TOO_MANY: {
        "en": "Too many answers were sent. Reload the page and try again.",
        "ru": "Отправлено слишком много ответов. Обновите страницу и повторите.",
        "ky": "Өтө көп жооп жөнөтүлдү. Баракты жаңыртып, кайра аракет кылыңыз.",
    },
}


def message(reason: Reason, language: str, **details: object) -> str:
    """The sentence for a reason, in English where the language is not one of ours."""
    words = MESSAGES[reason]
    return words.get(language, words[DEFAULT_LANGUAGE]).format(**details)
