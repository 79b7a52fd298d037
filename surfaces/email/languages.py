"""The words by which mail programs of each language mark what they quote: a table, no pattern per program.

Each entry is a list of alternatives in the syntax of `re`, parted by `|`, as the programs of that
language write them. A new language is one row; a word that a row shares with another may stand in both.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """`opening` begins the line that introduces a quote, and `wrote` ends it. `original` and `forwarded`
    head an unmarked trail. `device` begins the line that a phone adds. The rest are the names of
    header fields as copied above a trail.
    """

    name: str
    opening: str = ""
    wrote: str = ""
    original: str = ""
    forwarded: str = ""
    device: str = ""
    sender: str = ""
    to: str = ""
    date: str = ""
    subject: str = ""
    other: str = ""


LANGUAGES = (
    Language(
        "English",
        opening="on|at|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}",
        wrote="wrote|writes",
        original="original message|original appointment|reply separator|original e-?mail",
        forwarded="(?:begin )?forwarded message",
        device="sent from (?:my |outlook|mail for|yahoo|proton)|get outlook for "
        "|sent (?:via|with|using) (?:proton|blackberry|outlook)",
        sender="from|author",
        to="to",
        date="date|sent(?: on)?",
        subject="subject",
        other="b?cc|reply-to|importance|attachments|sent by|please respond to|organi[sz]ation|mailed-by",
    ),
    Language(
        "German",
        opening="am",
        wrote="schrieb",
        original="ursprüngliche nachricht|originalnachricht",
        forwarded="weitergeleitete nachricht",
        device="von meinem .{1,30} gesendet|gesendet (?:von (?:meine[mr]|outlook|mail)|mit der )",
        sender="von",
        to="an",
        date="datum|gesendet(?: am)?",
        subject="betreff",
        other="kopie|antwort an",
    ),
    Language(
        "French",
        opening="le",
        wrote="a écrit",
        original="message d['’]origine|message (?:original|initial)",
        forwarded="message (?:transféré|transmis)",
        device="envoyé (?:de(?:puis)? mon |à partir d)",
        sender="de|expéditeur",
        to="à|destinataire",
        date="date|envoyé(?: le)?|message du",
        subject="objet|sujet",
        other="copie(?: à)?|répondre à",
    ),
    Language(
        "Spanish",
        opening="el",
        wrote="escribió|escribio",
        original="mensaje original",
        forwarded="mensaje reenviado",
        device="enviado desde (?:mi|outlook)",
        sender="de|remitente",
        to="para",
        date="fecha|enviad[oa](?: el)?",
        subject="asunto",
        other="copia",
    ),
    Language(
        "Portuguese",
        opening="em",
        wrote="escreveu",
        original="mensagem original",
        forwarded="mensagem encaminhada",
        device="enviado d[eo] (?:meu|outlook)",
        sender="de",
        to="para",
        date="data|enviad[oa](?: em)?",
        subject="assunto",
        other="cópia",
    ),
    Language(
        "Italian",
        opening="il",
        wrote="ha scritto",
        original="messaggio originale",
        forwarded="messaggio inoltrato",
        device="inviato da(?:l mio| outlook)",
        sender="da",
        to="a",
        date="data|inviato",
        subject="oggetto",
        other="copia|risposta",
    ),
    Language(
        "Dutch",
        opening="op",
        wrote="schreef|geschreven",
        original="oorspronkelijk bericht",
        forwarded="doorgestuurd bericht",
        device="(?:verstuurd|verzonden) vanaf mijn",
        sender="van",
        to="aan",
        date="datum|verzonden",
        subject="onderwerp",
        other="kopie",
    ),
    Language(
        "Danish",
        opening="den",
        wrote="skrev",
        original="oprindelig (?:besked|meddelelse)",
        forwarded="videresendt besked",
        device="sendt fra min",
        sender="fra",
        to="til",
        date="dato|sendt",
        subject="emne",
        other="kopi",
    ),
    Language("Norwegian", original="opprinnelig melding", forwarded="videresendt melding"),
    Language(
        "Swedish",
        opening="den",
        wrote="skrev",
        original="original(?:t )?meddelande|ursprungligt meddelande",
        forwarded="vidarebefordrat meddelande",
        device="skickat från min",
        sender="från",
        to="till",
        date="datum|skickat",
        subject="ämne",
        other="kopia",
    ),
    Language(
        "Finnish",
        opening=r"(?:pe|ma|ti|ke|to|la|su)(?= \d)",
        wrote="kirjoitti",
        original="alkuperäinen viesti",
        forwarded="välitetty viesti",
        device="lähetetty ",
        sender="lähettäjä",
        to="vastaanottaja",
        date="lähetetty|päivämäärä|päiväys",
        subject="aihe",
    ),
    Language(
        "Polish",
        opening="dnia|w dniu",
        wrote=r"napisał(?:a|\(a\))?",
        original="oryginalna wiadomość|wiadomość oryginalna",
        forwarded="przekazana wiadomość",
        device="wysłane z ",
        sender="od",
        to="do",
        date="data|wysłano",
        subject="temat",
        other="kopia",
    ),
    Language(
        "Czech",
        opening="dne|ve",
        wrote=r"napsal(?:\(a\))?",
        original="původní zpráva",
        device="odesláno z ",
        sender="od",
        to="komu",
        date="odesláno",
        subject="předmět",
        other="kopie",
    ),
    Language("Slovak", wrote="napísal"),
    Language(
        "Russian",
        opening="в",
        wrote=r"написал(?:а|\(а\))?|пишет",
        original="исходное сообщение|пересылаемое сообщение",
        forwarded="пересланное сообщение",
        device="отправлено (?:с|из) ",
        sender="от",
        to="кому",
        date="дата|отправлено",
        subject="тема",
        other="копия",
    ),
    Language(
        "Ukrainian",
        opening="в",
        wrote="написав|пише",
        device="надіслано з ",
        sender="від",
        to="кому",
        date="дата|надіслано",
        subject="тема",
    ),
    Language("Bulgarian", opening="на"),
    Language(
        "Hungarian",
        wrote="írta",
        original="eredeti üzenet",
        sender="feladó",
        to="címzett",
        date="dátum|elküldve",
        subject="tárgy",
    ),
    Language(
        "Turkish",
        wrote="yazdı",
        original="orijinal mesaj",
        device=".{0,25}gönderildi",
        sender="kimden",
        to="kime",
        date="tarih|gönderildi",
        subject="konu",
    ),
    Language("Romanian", wrote="a scris", original="mesaj original"),
    Language(
        "Greek",
        wrote="έγραψε",
        original="αρχικό μήνυμα",
        sender="από",
        to="προς",
        date="ημερομηνία",
        subject="θέμα",
    ),
    Language("Vietnamese", opening="vào", wrote="đã viết"),
    Language("Hebrew", wrote="כתב"),
    Language("Arabic", wrote="كتب"),
    Language(
        "Chinese, simplified",
        wrote="写道",
        original="原始邮件",
        forwarded="转发的邮件",
        device="发自我的",
        sender="发件人",
        to="收件人",
        date="发送时间|日期",
        subject="主题",
        other="抄送",
    ),
    Language(
        "Chinese, traditional",
        wrote="寫道",
        original="原始郵件",
        device="從我的.{1,20}傳送",
        sender="寄件者",
        to="收件者",
        date="寄件日期|日期",
        subject="主旨",
        other="副本",
    ),
    Language(
        "Japanese",
        wrote="のメール|書きました",
        original="元のメッセージ",
        forwarded="転送メッセージ",
        device="iphoneから送信",
        sender="差出人",
        to="宛先",
        date="送信日時|日時",
        subject="件名",
    ),
    Language(
        "Korean",
        wrote="작성",
        original="원본 메시지",
        device="나의 .{1,20}에서 보냄",
        sender="보낸 사람",
        to="받는 사람",
        date="보낸 날짜|날짜",
        subject="제목",
    ),
)

STAMP = re.compile(
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b\d{1,2}:\d\d\b|\b(?:19|20)\d\d\b|\d{4}年"
)
"""A date, a time or a year, in any language."""


def alternatives(entry: str) -> str:
    """What all languages have under one entry, as one pattern without a group around it."""
    entries = (getattr(language, entry) for language in LANGUAGES)
    return "|".join(filter(None, entries))
