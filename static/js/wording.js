"use strict";
// [data-wording="{channel: kind}"]: templates are offered only for the chosen channel; with one chosen, subject and
// text are not asked for. Short messages have no subject, and providers' templates only where the account has some.
{
  const place = dom.one("[data-wording]");
  const kinds = place ? JSON.parse(place.dataset.wording) : {};
  const versions = place ? JSON.parse(place.dataset.wordingVersions) : {};
  const SHORT = ["sms", "whatsapp", "wechat"];

  const show = () => {
    const field = (name) => dom.one(`[name=${name}]`, place);
    const hide = (name, isHidden) => (field(name).closest(".row").hidden = isHidden);
    const channel = field("channel").value;
    const isShort = SHORT.includes(kinds[channel]);
    dom.narrow(field("version"), (value) => versions[value] === kinds[channel]);
    const approved = dom.narrow(field("template"), (value) => isShort && value.startsWith(`${channel}:`));
    const isTyped = !field("version").value;
    hide("subject", !isTyped || isShort);
    hide("body", !isTyped);
    hide("template", !approved);
    field("blanks").closest("div[id^=div_]").hidden = !field("template").value;
    const asksForWords = isTyped || Boolean(field("template").value);
    dom.all("[data-wording-typed]").forEach((part) => (part.hidden = !asksForWords));
  };

  if (place) {
    dom.on("change", "[data-wording] :is([name=channel], [name=version], [name=template])", show);
    show();
  }
}
