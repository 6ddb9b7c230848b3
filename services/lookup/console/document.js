// document.js - everything held about a person, as a document for that person: in nine
// languages, to print or to send, with the JSON of the same beside it.

import { h, put, replace, say, select } from "./dom.js";
import { ask, save, session } from "./session.js";
import { saysNo } from "./words.js";
import { LANGUAGES, dayIn, languageOf, rightAsked } from "./letters.js";

const order = LANGUAGES.map(([code]) => code);
const TEXTS = {
  title: ["What we hold about you", "Ce que nous détenons sur vous", "Was wir über Sie gespeichert haben", "Lo que tenemos sobre usted",
    "Che cosa abbiamo su di lei", "Wat wij over u hebben", "O que temos sobre si", "Det vi har om dig", "Det, vi har om dig"],
  about: ["About {contact}, on {day}.", "Au sujet de {contact}, le {day}.", "Zu {contact}, am {day}.", "Sobre {contact}, el {day}.",
    "Riguardo a {contact}, il {day}.", "Over {contact}, op {day}.", "Sobre {contact}, em {day}.", "Om {contact}, den {day}.", "Om {contact}, den {day}."],
  nothing: ["We hold nothing about you.", "Nous ne détenons rien sur vous.", "Wir haben nichts über Sie gespeichert.", "No tenemos nada sobre usted.",
    "Non abbiamo nulla su di lei.", "Wij hebben niets over u.", "Não temos nada sobre si.", "Vi har inget om dig.", "Vi har intet om dig."],
  now: ["What holds now", "Ce qui vaut aujourd’hui", "Was jetzt gilt", "Lo que vale ahora", "Che cosa vale ora", "Wat nu geldt", "O que vale agora", "Vad som gäller nu", "Hvad der gælder nu"],
  may: ["{company} may send you offers by: {channels}.", "{company} peut vous envoyer des offres par : {channels}.",
    "{company} darf Ihnen Angebote senden per: {channels}.", "{company} puede enviarle ofertas por: {channels}.",
    "{company} può inviarle offerte per: {channels}.", "{company} mag u aanbiedingen sturen via: {channels}.",
    "{company} pode enviar-lhe ofertas por: {channels}.", "{company} får skicka dig erbjudanden via: {channels}.", "{company} må sende dig tilbud via: {channels}."],
  may_not: ["{company} sends you no offers.", "{company} ne vous envoie pas d’offres.", "{company} sendet Ihnen keine Angebote.", "{company} no le envía ofertas.",
    "{company} non le invia offerte.", "{company} stuurt u geen aanbiedingen.", "{company} não lhe envia ofertas.", "{company} skickar dig inga erbjudanden.", "{company} sender dig ingen tilbud."],
  events: ["What was said", "Ce qui a été dit", "Was gesagt wurde", "Lo que se dijo", "Che cosa è stato detto", "Wat er is gezegd", "O que foi dito", "Vad som har sagts", "Hvad der er sagt"],
  when: ["When", "Quand", "Wann", "Cuándo", "Quando", "Wanneer", "Quando", "När", "Hvornår"],
  what: ["What", "Quoi", "Was", "Qué", "Che cosa", "Wat", "O quê", "Vad", "Hvad"],
  teller: ["Who told us", "Qui nous l’a dit", "Wer es uns gesagt hat", "Quién nos lo dijo", "Chi ce lo ha detto", "Wie het ons heeft gezegd", "Quem nos disse", "Vem som sade det till oss", "Hvem der fortalte os det"],
  rights: ["You may ask us at any time to correct or erase these data, to restrict their use, or to stop. You may complain to a supervisory authority.",
    "Vous pouvez à tout moment nous demander de rectifier ou d’effacer ces données, d’en limiter l’utilisation ou d’y mettre fin. Vous pouvez introduire une réclamation auprès d’une autorité de contrôle.",
    "Sie können jederzeit verlangen, dass wir diese Daten berichtigen oder löschen, ihre Nutzung einschränken oder beenden. Sie können sich bei einer Aufsichtsbehörde beschweren.",
    "Puede pedirnos en todo momento que corrijamos o suprimamos estos datos, que limitemos su uso o que dejemos de usarlos. Puede reclamar ante una autoridad de control.",
    "Può chiederci in ogni momento di correggere o cancellare questi dati, di limitarne l’uso o di smettere. Può presentare un reclamo a un’autorità di controllo.",
    "U kunt ons altijd vragen deze gegevens te verbeteren of te wissen, het gebruik ervan te beperken of ermee te stoppen. U kunt een klacht indienen bij een toezichthouder.",
    "Pode pedir-nos a qualquer momento que retifiquemos ou apaguemos estes dados, que limitemos o seu uso ou que paremos. Pode reclamar junto de uma autoridade de controlo.",
    "Du kan när som helst be oss att rätta eller radera uppgifterna, begränsa användningen eller sluta. Du kan klaga hos en tillsynsmyndighet.",
    "Du kan til enhver tid bede os om at berigtige eller slette oplysningerne, begrænse brugen af dem eller holde op. Du kan klage til en tilsynsmyndighed."],
};

// Who told us, where the name of a feed would say nothing to the person
const TELLERS = {
  you: ["you", "vous-même", "Sie selbst", "usted", "lei", "u zelf", "a própria pessoa", "du själv", "du selv"],
  site: ["you, on {site}", "vous-même, sur {site}", "Sie selbst, auf {site}", "usted, en {site}", "lei, su {site}", "u zelf, op {site}", "a própria pessoa, em {site}", "du själv, på {site}", "du selv, på {site}"],
  mailing: ["our mailing system", "notre système d’envoi", "unser Versandsystem", "nuestro sistema de envío", "il nostro sistema di invio", "ons verzendsysteem", "o nosso sistema de envio", "vårt utskickssystem", "vores udsendelsessystem"],
};

const EVENTS = {
  "consent.granted.v1": ["consent", "consentement", "Einwilligung", "consentimiento", "consenso", "toestemming", "consentimento", "samtycke", "samtykke"],
  no: ["no to marketing", "refus de la prospection", "Nein zur Werbung", "no a la publicidad", "no alla pubblicità", "nee tegen reclame", "não à publicidade", "nej till marknadsföring", "nej til markedsføring"],
  sent: ["a message was sent to you", "un message vous a été envoyé", "eine Nachricht ging an Sie", "se le envió un mensaje", "le è stato inviato un messaggio", "er is u een bericht gestuurd", "foi-lhe enviada uma mensagem", "ett meddelande skickades till dig", "en besked blev sendt til dig"],
  complaint: ["complaint about a message", "plainte au sujet d’un message", "Beschwerde über eine Nachricht", "queja sobre un mensaje", "reclamo per un messaggio", "klacht over een bericht", "queixa sobre uma mensagem", "klagomål om ett meddelande", "klage over en besked"],
  bounce: ["a message could not be delivered", "un message n’a pas pu être remis", "eine Nachricht war nicht zustellbar", "un mensaje no pudo entregarse", "un messaggio non è stato consegnato", "een bericht kon niet worden bezorgd", "uma mensagem não pôde ser entregue", "ett meddelande kunde inte levereras", "en besked kunne ikke leveres"],
  rights: ["a request about your data", "une demande sur vos données", "Antrag zu Ihren Daten", "una solicitud sobre sus datos", "una richiesta sui suoi dati", "een verzoek over uw gegevens", "um pedido sobre os seus dados", "en begäran om dina uppgifter", "en anmodning om dine oplysninger"],
  answer: ["our answer to your request", "notre réponse à votre demande", "unsere Antwort auf Ihren Antrag", "nuestra respuesta a su solicitud", "la nostra risposta alla sua richiesta", "ons antwoord op uw verzoek", "a nossa resposta ao seu pedido", "vårt svar på din begäran", "vores svar på din anmodning"],
  other: ["your data were given to us", "vos données nous ont été transmises", "Ihre Daten wurden uns mitgeteilt", "nos comunicaron sus datos", "i suoi dati ci sono stati comunicati", "uw gegevens zijn aan ons doorgegeven", "os seus dados foram-nos comunicados", "dina uppgifter lämnades till oss", "dine oplysninger blev givet til os"],
};

const CHANNELS = {
  email: ["e-mail", "e-mail", "E-Mail", "correo electrónico", "e-mail", "e-mail", "e-mail", "e-post", "e-mail"],
  phone: ["telephone", "téléphone", "Telefon", "teléfono", "telefono", "telefoon", "telefone", "telefon", "telefon"],
  sms: ["text message", "SMS", "SMS", "SMS", "SMS", "sms", "SMS", "sms", "sms"],
  post: ["post", "courrier postal", "Post", "correo postal", "posta", "post", "correio", "post", "post"],
  web: ["web site", "site web", "Website", "sitio web", "sito web", "website", "sítio web", "webbplats", "websted"],
  social: ["social networks", "réseaux sociaux", "soziale Netzwerke", "redes sociales", "reti sociali", "sociale netwerken", "redes sociais", "sociala medier", "sociale medier"],
};

const word = (table, name, language) => (table[name] || [])[order.indexOf(language)] || name;
const say_ = (language, name, values = {}) => word(TEXTS, name, language).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

function eventName(type, language) {
  const kind = EVENTS[type] ? type : /complained/.test(type) ? "complaint" : saysNo(type) ? "no"
    : /bounced/.test(type) ? "bounce" : /^rights.completed/.test(type) ? "answer" : /^rights/.test(type) ? "rights"
    : /delivered|reached|notice/.test(type) ? "sent" : "other";
  return word(EVENTS, kind, language);
}

/** Of a request, with what was asked for, where the token may see it. */
function eventWords(e, language) {
  const kinds = /^rights.requested/.test(e.type) ? e.data?.rights?.kinds || [] : [];
  const asked = kinds.map((kind) => rightAsked(kind, language)).filter(Boolean);
  return eventName(e.type, language) + (asked.length > 0 ? `: ${asked.join(", ")}` : "");
}

function teller(e, language) {
  const id = e.source ? e.source.split(":").pop() : "–";
  if (e.source_type === "direct" && (saysNo(e.type) || /^consent/.test(e.type)))
    return word(TELLERS, "site", language).replace("{site}", id);
  if (e.source_type === "dpo") return /^(rights.completed|contact.erased)/.test(e.type) ? "–" : word(TELLERS, "you", language);
  return e.source_type === "mailing" ? word(TELLERS, "mailing", language) : id;
}

async function standing(contact, language) {
  const { controllers, purposes, channels } = session.me.register;
  const queries = controllers.flatMap((k) => channels.map((c) =>
    ({ contact, controller: k.id, purpose: "*promotional", channel: c })));
  const { decisions } = await ask("/v1/decisions", { queries });
  return controllers.map((k, i) => {
    const by = channels.filter((c, n) => decisions[i * channels.length + n].verdict === "PERMIT");
    return h("li", {}, by.length > 0 ? say_(language, "may", { company: k.name,
      channels: by.map((c) => word(CHANNELS, c, language)).join(", ") }) : say_(language, "may_not", { company: k.name }));
  });
}

function made(found, holds, language) {
  const when = (e) => e.occurred_from || e.known;
  const events = found.provenance.events.filter((e) => e.ledger_id !== 0)
    .sort((a, b) => Date.parse(when(a)) - Date.parse(when(b)));
  const values = { contact: found.contact.identifier, day: dayIn(language, found.created_at) };
  const known = events.length > 0;
  return h("article", { lang: language, class: "document", id: "document" },
    h("h2", {}, say_(language, "title")), h("p", {}, say_(language, "about", values)),
    known ? null : h("p", { class: "sentence" }, say_(language, "nothing")),
    h("h3", {}, say_(language, "now")), h("ul", {}, holds),
    known ? h("div", {}, h("h3", {}, say_(language, "events")),
      h("table", { class: "stack" }, h("thead", {}, h("tr", {}, ["when", "what", "teller"].map((name) =>
        h("th", { scope: "col" }, say_(language, name))))),
      h("tbody", {}, events.map((e) => h("tr", {},
        h("th", { scope: "row" }, dayIn(language, when(e))),
        h("td", { "data-head": say_(language, "what") }, eventWords(e, language)),
        h("td", { "data-head": say_(language, "teller") }, teller(e, language))))))) : null,
    h("p", {}, say_(language, "rights")));
}

/** The document alone: what else stands on the page is not for the person. */
function printIt() {
  document.body.classList.add("only-document");
  window.print();
  document.body.classList.remove("only-document");
}

const STYLE = "body{font:11pt/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}"
  + "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #999;font-weight:400}";

/** The document of a contact, below the buttons that print and save it. country: where the person
 * lives, if that is known from elsewhere. */
export async function showDocument(place, contact, tools, country) {
  const language = select(LANGUAGES, languageOf(country || contact.country || ""));
  const out = h("div", {});
  let found = null;
  const page = () => `<!doctype html><html lang="${language.value}"><meta charset="utf-8"><title>`
    + `${say_(language.value, "title")}</title><style>${STYLE}</style>${document.getElementById("document").outerHTML}</html>`;

  async function draw() {
    try {
      found = found || await ask("/v1/export", { contact });
      replace(out, made(found, await standing(contact, language.value), language.value));
      say("The document is there.");
    } catch (problem) {
      replace(out, tools.trouble(problem, draw));
    }
  }
  language.addEventListener("change", draw);
  put(place, h("div", { class: "row noprint" },
    h("div", { class: "field" }, h("label", { for: "document-language" }, "Language of the document"), language),
    h("div", { class: "field act" }, h("button", { type: "button", onclick: printIt }, "Print")),
    h("div", { class: "field act" }, h("button", { type: "button", onclick: () => save("data.html", new Blob([page()], { type: "text/html" })) }, "Save the page")),
    h("div", { class: "field act" }, h("button", { type: "button",
      onclick: () => save("data.json", new Blob([JSON.stringify(found, null, 2)], { type: "application/json" })) }, "Save the JSON"))), out);
  language.id = "document-language";
  await draw();
}
