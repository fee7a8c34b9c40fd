"""One connection to a relay, spoken so that it is known at every instant what may have been sent.

A server can have accepted a message only after it read the line with the single dot that ends it
(RFC 5321, section 4.1.1.4). So the text goes first, without that line; then the line, by itself.
As long as the operating system has not taken its last octet, the server cannot have it: the letter
was not sent, whatever went wrong. From then on only an answer can tell, and where none comes the
fate is unknown. Over TLS the line is a record, which the other side cannot read before it is whole.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable

from regiongate.notify.delivery.outcome import Fate, Outcome, Reply, Stage
from regiongate.notify.letter import Letter

_END = b".\r\n"
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_CLOSING = 421
"""Service not available, closing transmission channel: the relay hangs up after it."""


class Ended(Exception):
    """The conversation about a letter is over, and this is what became of it."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(f"{outcome.stage}: {outcome.fate}")


class Conversation:
    """A connection on which letters can be handed over, one after the other.

    `is_open` is whether another letter may follow. `timeout` is for how many seconds to wait for
    an answer, `answer_timeout` for the one to a whole letter, which is worth waiting for.
    `success` is whether to ask for a notification of success as well.
    """

    def __init__(
        self, smtp: smtplib.SMTP, timeout: float, answer_timeout: float, *, success: bool
    ) -> None:
        self._smtp = smtp
        self._timeout, self._answer_timeout = timeout, answer_timeout
        self._success = success
        self.is_open = True
        self.letters = 0

    def hand_over(self, letter: Letter, before_end: Callable[[], None]) -> Outcome:
        """Hand over a letter. `before_end` is called right before the line that ends it is sent.

        Whatever `before_end` raises is raised again, and nothing was sent. Any exception that is
        not from here leaves the connection closed.
        """
        self.letters += 1
        receipts = self._smtp.has_extn("dsn")
        try:
            self._announce(letter, receipts)
            self._text(letter.message)
            before_end()
            outcome = self._end()
        except Ended as ended:
            outcome = ended.outcome
        except BaseException:
            self.close()
            raise
        self._settle(outcome)
        return _with_receipts(outcome, receipts)

    def close(self) -> None:
        """Hang up without a word."""
        self.is_open = False
        self._smtp.close()

    def quit(self) -> None:
        """Take leave; what the relay answers no longer matters."""
        if self.is_open:
            try:
                self._smtp.quit()
            except OSError:
                pass
            finally:
                self.close()

    def _announce(self, letter: Letter, receipts: bool) -> None:
        """Sender, recipient, and that a text follows."""
        mail, recipient = self._parameters(letter, receipts)
        self._ask(Stage.MAIL, 2, lambda: self._smtp.mail(letter.return_path, mail))
        self._ask(Stage.RECIPIENT, 2, lambda: self._smtp.rcpt(letter.recipient, recipient))
        self._ask(Stage.DATA, 3, lambda: self._smtp.docmd("DATA"))

    def _parameters(self, letter: Letter, receipts: bool) -> tuple[list[str], list[str]]:
        """The parameters of MAIL and RCPT, as far as the relay offers what they ask for."""
        size = len(_stuffed(letter.message))
        mail = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        if not receipts:
            return mail, []
        notify = "SUCCESS,FAILURE,DELAY" if self._success else "FAILURE,DELAY"
        mail += ["RET=HDRS", f"ENVID={xtext(letter.notice)}"]
        return mail, [f"NOTIFY={notify}", f"ORCPT=rfc822;{xtext(letter.recipient)}"]

    def _ask(self, stage: Stage, wanted: int, command: Callable[[], tuple[int, bytes]]) -> None:
        """Give a command; anything but the wanted answer ends the conversation about the letter."""
        try:
            reply = _reply(command())
        except OSError as error:
            raise Ended(Outcome(Fate.NOT_SENT, stage, None, _words(error))) from error
        if reply.severity != wanted:
            raise Ended(refused(stage, reply))

    def _text(self, message: bytes) -> None:
        """Send all of the text, and not the line that ends it."""
        try:
            self._smtp.send(_stuffed(message))
        except OSError as error:
            raise Ended(Outcome(Fate.NOT_SENT, Stage.TEXT, None, _words(error))) from error

    def _end(self) -> Outcome:
        """Send the line that ends the text, and read what became of the letter."""
        sock = self._smtp.sock
        if sock is None:
            return Outcome(Fate.NOT_SENT, Stage.TEXT, None, "the connection was closed")
        left = _END
        while left:
            try:
                left = left[sock.send(left) :]
            except OSError as error:
                return Outcome(Fate.NOT_SENT, Stage.TEXT, None, _words(error))
        try:
            sock.settimeout(self._answer_timeout)
            reply = _reply(self._smtp.getreply())
        except OSError as error:
            return Outcome(Fate.UNKNOWN, Stage.END, None, _words(error))
        sock.settimeout(self._timeout)
        if reply.severity == 2:
            return Outcome(Fate.ACCEPTED, Stage.END, reply)
        if reply.severity in (4, 5):
            return refused(Stage.END, reply)
        return Outcome(Fate.UNKNOWN, Stage.END, reply, "this is no answer to a message")

    def _settle(self, outcome: Outcome) -> None:
        """Make ready for the next letter, or hang up where that is not sure."""
        lost = outcome.fate in (Fate.NOT_SENT, Fate.UNKNOWN)
        if lost or outcome.reply is None or outcome.reply.code == _CLOSING:
            self.close()
        elif outcome.fate is not Fate.ACCEPTED:
            try:
                code, _ = self._smtp.rset()
            except OSError:
                code = -1
            if code // 100 != 2:
                self.close()


def refused(stage: Stage, reply: Reply) -> Outcome:
    """What an answer means that was not the wanted one, before or after the text.

    A permanent refusal of the session speaks of us or of the relay: no letter was refused by it.
    """
    if reply.severity == 4:
        return Outcome(Fate.REFUSED_FOR_NOW, stage, reply)
    if reply.severity == 5 and not stage.is_of_session:
        return Outcome(Fate.REFUSED_FOR_GOOD, stage, reply)
    return Outcome(Fate.NOT_SENT, stage, reply)


def xtext(text: str) -> str:
    """A text as a parameter of a command (RFC 3461, section 4)."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text)


def _with_receipts(outcome: Outcome, receipts: bool) -> Outcome:
    return Outcome(outcome.fate, outcome.stage, outcome.reply, outcome.detail, receipts)


def _stuffed(message: bytes) -> bytes:
    """A message with every leading dot doubled (RFC 5321, 4.5.2), so that none of them ends it.

    A line end that is not CRLF is read as one by some servers and not by others, so it might hide
    a second message: ValueError.
    """
    if _BARE_LINE_END.search(message) or not message.endswith(b"\r\n"):
        raise ValueError("a message has CRLF line ends, at its end too, and no others")
    return _LEADING_DOT.sub(b"..", message)


def _reply(said: tuple[int, bytes]) -> Reply:
    code, text = said
    return Reply(code, text.decode("utf-8", "replace"))


def _words(error: OSError) -> str:
    return str(error) or type(error).__name__
