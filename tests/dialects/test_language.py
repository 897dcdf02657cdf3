import pytest

from worker.dialects.language import guess_language


@pytest.mark.parametrize(
    ("copy", "code"),
    [
        ("The minister said that the talks in the capital were over and that he was glad.", "en"),
        ("Der Minister sagte, dass die Gespräche in der Stadt nicht zu Ende sind und auch das Wetter.", "de"),
        ("Le ministre a dit que les entretiens dans la ville ne sont pas sur une bonne voie.", "fr"),
        ("El ministro dijo que las conversaciones en la ciudad no se han roto por su culpa.", "es"),
        ("Министр сообщил, что переговоры в столице завершены.", "ru"),
        ("首相は記者団に対し、会談は有意義だったと述べた。", "ja"),
        ("Zzyzx", None),
        ("", None),
    ],
)
def test_a_few_common_words_betray_the_language(copy, code):
    assert guess_language(copy) == code
