from django import forms


class TypingForm(forms.Form):
    topic = forms.CharField(max_length=80)
    stopped = forms.BooleanField(required=False)


class AbsenceForm(forms.Form):
    away = forms.BooleanField(required=False)
