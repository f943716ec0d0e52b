"use strict";
// [data-over="{channel: kind}"]: a channel's text is asked for only where it is no mail and no template says it;
// templates are offered only if there are any for that channel. What only a mail says is asked for only if one may go.
{
  const place = dom.one("[data-over]");
  const kinds = place ? JSON.parse(place.dataset.over) : {};
  const versions = place ? JSON.parse(place.dataset.overVersions) : {};

  // Hides it all if no choice is left.
  const narrow = (part, fits) => (part.hidden = !dom.narrow(dom.one("select", part), fits));

  const show = (way, select) => {
    const kind = kinds[select?.value];
    dom.one("[data-over-text]", way).hidden = !kind || kind === "email";
    narrow(dom.one("[data-over-template]", way), (value) => value.startsWith(`${select?.value}:`));
    const version = dom.one("[data-over-version]", way);
    narrow(version, (value) => versions[value] === kind);
    const chosen = dom.one("select", version).selectedOptions[0];
    dom.one("[data-over-written]", way).hidden = Boolean(chosen?.value) && !chosen.disabled;
  };

  const showAll = () => {
    const ways = dom.all("[data-over-way]", place);
    const selects = ways.map((way, number) =>
      number ? dom.one("select[name$=-channel]", way) : dom.one("select[name=channel]")
    );
    ways.forEach((way, number) => show(way, selects[number]));
    const chosen = selects.map((select) => kinds[select?.value]).filter(Boolean);
    const isMail = !chosen.length || chosen.includes("email");
    for (const part of dom.all("#div_id_version, #div_id_subject, #div_id_body")) part.hidden = !isMail;
  };

  if (place) {
    dom.on("change", "form.card select[name$=channel], [data-over-version] select", showAll);
    showAll();
  }
}
