"use strict";
// [data-wording="{channel: kind}"]: templates are offered only for the chosen channel; with one chosen, subject and
// text are not asked for.
{
  const place = dom.one("[data-wording]");
  const kinds = place ? JSON.parse(place.dataset.wording) : {};
  const versions = place ? JSON.parse(place.dataset.wordingVersions) : {};

  const show = () => {
    const channel = dom.one("select[name=channel]", place);
    const version = dom.one("select[name=version]", place);
    dom.all("option[value]", version).forEach((one) => {
      one.hidden = one.disabled = Boolean(one.value) && versions[one.value] !== kinds[channel.value];
    });
    const chosen = version.selectedOptions[0];
    if (chosen?.disabled) version.value = "";
    const typed = !version.value;
    dom.all("[name=subject], [name=body]", place).forEach((field) => (field.closest(".row").hidden = !typed));
    dom.all("[data-wording-typed]").forEach((part) => (part.hidden = !typed));
  };

  if (place) {
    dom.on("change", "[data-wording] :is(select[name=channel], select[name=version])", show);
    show();
  }
}
