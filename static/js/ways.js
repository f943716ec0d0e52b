"use strict";
// [data-over="{channel: kind}"]: a channel's text is asked for only where it is no mail, its template only if there is one.
{
  const place = dom.one("[data-over]");
  const kinds = place ? JSON.parse(place.dataset.over) : {};

  const show = (way, select) => {
    const kind = kinds[select?.value];
    dom.one("[data-over-text]", way).hidden = !kind || kind === "email";
    const template = dom.one("[data-over-template]", way);
    const own = dom.all("option[value]", template).filter((one) => {
      one.hidden = one.disabled = Boolean(one.value) && !one.value.startsWith(`${select?.value}:`);
      return one.value && !one.hidden;
    });
    template.hidden = !own.length;
  };

  const showAll = () =>
    dom.all("[data-over-way]", place).forEach((way, number) =>
      show(way, number ? dom.one("select[name$=-channel]", way) : dom.one("select[name=channel]"))
    );

  if (place) {
    dom.on("change", "form.card select[name$=channel]", showAll);
    showAll();
  }
}
