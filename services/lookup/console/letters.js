// letters.js - what an answer to a person's request says, in the nine languages in which
// people write to us. A letter is a proposal: whoever sends it reads it first.

export const LANGUAGES = [["en", "English"], ["fr", "Français"], ["de", "Deutsch"], ["es", "Español"],
  ["it", "Italiano"], ["nl", "Nederlands"], ["pt", "Português"], ["sv", "Svenska"], ["da", "Dansk"]];

const OF = { FR: "fr", BE: "fr", LU: "fr", MC: "fr", DE: "de", AT: "de", CH: "de", LI: "de", ES: "es", MX: "es",
  AR: "es", CL: "es", CO: "es", PE: "es", IT: "it", SM: "it", NL: "nl", PT: "pt", BR: "pt", SE: "sv", DK: "da" };

/** The language that is likely where somebody lives; English where we cannot tell. */
export const languageOf = (country) => OF[country] || "en";

const order = LANGUAGES.map(([code]) => code);
// name: the words in the order above
const TEXTS = {
  subject: ["Your request of {received}", "Votre demande du {received}", "Ihr Antrag vom {received}",
    "Su solicitud del {received}", "La sua richiesta del {received}", "Uw verzoek van {received}",
    "O seu pedido de {received}", "Din begäran den {received}", "Din anmodning af {received}"],
  greeting: ["Dear Sir or Madam,", "Madame, Monsieur,", "Sehr geehrte Damen und Herren,", "Estimado/a señor/a:",
    "Gentile signora, egregio signore,", "Geachte heer, mevrouw,", "Exmo. Senhor, Exma. Senhora,", "Hej,", "Hej,"],
  asked: ["On {received} you asked us for: {rights}.", "Le {received}, vous nous avez demandé : {rights}.",
    "Am {received} haben Sie uns um Folgendes gebeten: {rights}.", "El {received} nos pidió lo siguiente: {rights}.",
    "Il {received} ci ha chiesto: {rights}.", "Op {received} hebt u ons gevraagd om: {rights}.",
    "Em {received} pediu-nos o seguinte: {rights}.", "Den {received} bad du oss om: {rights}.",
    "Den {received} bad du os om: {rights}."],
  done: ["We have done what you asked for.", "Nous avons fait ce que vous avez demandé.",
    "Wir haben getan, worum Sie gebeten haben.", "Hemos hecho lo que nos pidió.", "Abbiamo fatto quanto ha chiesto.",
    "Wij hebben gedaan wat u hebt gevraagd.", "Fizemos o que nos pediu.", "Vi har gjort det du bad om.",
    "Vi har gjort det, du bad om."],
  enclosed: ["What we hold about you is enclosed.", "Vous trouverez ci-joint les données que nous détenons sur vous.",
    "Was wir über Sie gespeichert haben, liegt bei.", "Adjuntamos los datos que tenemos sobre usted.",
    "In allegato trova i dati che abbiamo su di lei.", "De gegevens die wij over u hebben, vindt u in de bijlage.",
    "Em anexo encontra os dados que temos sobre si.", "De uppgifter vi har om dig bifogas.",
    "De oplysninger, vi har om dig, er vedlagt."],
  extended: ["We need more time, for this reason: {reason}. You will have our answer by {due}.",
    "Nous avons besoin de plus de temps, pour la raison suivante : {reason}. Vous aurez notre réponse au plus tard le {due}.",
    "Wir brauchen mehr Zeit, und zwar aus diesem Grund: {reason}. Sie erhalten unsere Antwort spätestens am {due}.",
    "Necesitamos más tiempo por este motivo: {reason}. Tendrá nuestra respuesta a más tardar el {due}.",
    "Abbiamo bisogno di più tempo, per questo motivo: {reason}. Avrà la nostra risposta entro il {due}.",
    "Wij hebben meer tijd nodig, om deze reden: {reason}. U krijgt ons antwoord uiterlijk op {due}.",
    "Precisamos de mais tempo, pelo seguinte motivo: {reason}. Terá a nossa resposta até {due}.",
    "Vi behöver mer tid, av detta skäl: {reason}. Du får vårt svar senast den {due}.",
    "Vi har brug for mere tid af denne grund: {reason}. Du får vores svar senest den {due}."],
  refused: ["We cannot do it. The reason: {reason} (article {article}).",
    "Nous ne pouvons pas le faire. La raison : {reason} (article {article}).",
    "Wir können es nicht tun. Der Grund: {reason} (Artikel {article}).",
    "No podemos hacerlo. El motivo: {reason} (artículo {article}).",
    "Non possiamo farlo. Il motivo: {reason} (articolo {article}).",
    "Wij kunnen dit niet doen. De reden: {reason} (artikel {article}).",
    "Não o podemos fazer. O motivo: {reason} (artigo {article}).",
    "Vi kan inte göra det. Skälet: {reason} (artikel {article}).",
    "Det kan vi ikke gøre. Grunden: {reason} (artikel {article})."],
  complain: ["You may complain to {authority} ({url}), and you may go to court.",
    "Vous pouvez introduire une réclamation auprès de {authority} ({url}) et former un recours devant un tribunal.",
    "Sie können sich bei {authority} ({url}) beschweren, und Sie können vor Gericht gehen.",
    "Puede presentar una reclamación ante {authority} ({url}) y acudir a los tribunales.",
    "Può presentare un reclamo a {authority} ({url}) e può ricorrere al giudice.",
    "U kunt een klacht indienen bij {authority} ({url}) en u kunt naar de rechter gaan.",
    "Pode apresentar uma reclamação a {authority} ({url}) e pode recorrer aos tribunais.",
    "Du kan klaga hos {authority} ({url}), och du kan gå till domstol.",
    "Du kan klage til {authority} ({url}), og du kan gå til domstolene."],
  identity_requested: [
    "Before we answer we must be sure who you are. Please write to us from an address that we know, or tell us something that only you can know. Until then the time for our answer stands still.",
    "Avant de répondre, nous devons être sûrs de votre identité. Écrivez-nous depuis une adresse que nous connaissons, ou indiquez-nous quelque chose que vous seul pouvez savoir. D’ici là, le délai de réponse est suspendu.",
    "Bevor wir antworten, müssen wir sicher sein, wer Sie sind. Schreiben Sie uns bitte von einer Adresse, die wir kennen, oder nennen Sie uns etwas, das nur Sie wissen können. Bis dahin ruht die Frist für unsere Antwort.",
    "Antes de responder, debemos estar seguros de quién es usted. Escríbanos desde una dirección que conozcamos o díganos algo que solo usted pueda saber. Hasta entonces, el plazo de respuesta queda suspendido.",
    "Prima di rispondere dobbiamo essere certi della sua identità. Ci scriva da un indirizzo che conosciamo, o ci dica qualcosa che solo lei può sapere. Fino ad allora il termine per la risposta è sospeso.",
    "Voordat wij antwoorden, moeten wij zeker weten wie u bent. Schrijf ons vanaf een adres dat wij kennen, of noem iets dat alleen u kunt weten. Tot dan staat de termijn voor ons antwoord stil.",
    "Antes de responder, temos de ter a certeza de quem é. Escreva-nos de um endereço que conheçamos ou diga-nos algo que só o senhor ou a senhora possa saber. Até lá, o prazo da resposta fica suspenso.",
    "Innan vi svarar måste vi vara säkra på vem du är. Skriv till oss från en adress som vi känner till, eller berätta något som bara du kan veta. Till dess räknas inte svarstiden.",
    "Før vi svarer, skal vi være sikre på, hvem du er. Skriv til os fra en adresse, vi kender, eller fortæl os noget, som kun du kan vide. Indtil da står fristen for vores svar stille."],
  referred: ["We hold these data on behalf of {customer} alone. Please turn to them: they decide about your data.",
    "Nous détenons ces données uniquement pour le compte de {customer}. Adressez-vous à eux : ce sont eux qui décident de vos données.",
    "Wir speichern diese Daten allein im Auftrag von {customer}. Bitte wenden Sie sich dorthin: Dort wird über Ihre Daten entschieden.",
    "Tenemos estos datos únicamente por cuenta de {customer}. Diríjase a ellos: son quienes deciden sobre sus datos.",
    "Conserviamo questi dati solo per conto di {customer}. Si rivolga a loro: sono loro a decidere sui suoi dati.",
    "Wij hebben deze gegevens alleen in opdracht van {customer}. Richt u zich tot hen: zij beslissen over uw gegevens.",
    "Temos estes dados apenas por conta de {customer}. Dirija-se a eles: são eles que decidem sobre os seus dados.",
    "Vi har dessa uppgifter enbart för {customer}s räkning. Vänd dig till dem: det är de som bestämmer över dina uppgifter.",
    "Vi har kun disse oplysninger på vegne af {customer}. Henvend dig til dem: det er dem, der bestemmer over dine oplysninger."],
  acknowledged: ["We have received your complaint and are looking into it. You will hear from us.",
    "Nous avons bien reçu votre réclamation et l’examinons. Nous reviendrons vers vous.",
    "Wir haben Ihre Beschwerde erhalten und prüfen sie. Sie hören von uns.",
    "Hemos recibido su reclamación y la estamos estudiando. Tendrá noticias nuestras.",
    "Abbiamo ricevuto il suo reclamo e lo stiamo esaminando. Avrà nostre notizie.",
    "Wij hebben uw klacht ontvangen en onderzoeken die. U hoort van ons.",
    "Recebemos a sua reclamação e estamos a analisá-la. Voltaremos a contactá-lo.",
    "Vi har tagit emot ditt klagomål och undersöker det. Du hör av oss.",
    "Vi har modtaget din klage og undersøger den. Du hører fra os."],
  lifted: ["What you had restricted is no longer restricted.", "La limitation que vous aviez demandée est levée.",
    "Die Einschränkung, um die Sie gebeten hatten, ist aufgehoben.", "La limitación que había pedido ha terminado.",
    "La limitazione che aveva chiesto è stata revocata.", "De beperking waar u om had gevraagd, is opgeheven.",
    "A limitação que tinha pedido foi levantada.", "Den begränsning du bad om har upphört.",
    "Den begrænsning, du bad om, er ophævet."],
  closing: ["Yours faithfully,\n{company}, data protection officer", "Veuillez agréer nos salutations distinguées,\n{company}, délégué à la protection des données",
    "Mit freundlichen Grüßen\n{company}, Datenschutzbeauftragte", "Atentamente,\n{company}, delegado de protección de datos",
    "Distinti saluti,\n{company}, responsabile della protezione dei dati", "Met vriendelijke groet,\n{company}, functionaris voor gegevensbescherming",
    "Com os melhores cumprimentos,\n{company}, encarregado da proteção de dados", "Med vänlig hälsning\n{company}, dataskyddsombud",
    "Med venlig hilsen\n{company}, databeskyttelsesrådgiver"],
};

const RIGHTS = {
  access: ["a copy of your data", "une copie de vos données", "eine Kopie Ihrer Daten", "una copia de sus datos",
    "una copia dei suoi dati", "een kopie van uw gegevens", "uma cópia dos seus dados", "en kopia av dina uppgifter", "en kopi af dine oplysninger"],
  rectify: ["a correction of your data", "la rectification de vos données", "die Berichtigung Ihrer Daten", "la rectificación de sus datos",
    "la rettifica dei suoi dati", "correctie van uw gegevens", "a retificação dos seus dados", "rättelse av dina uppgifter", "berigtigelse af dine oplysninger"],
  erase: ["erasure of your data", "l’effacement de vos données", "die Löschung Ihrer Daten", "la supresión de sus datos",
    "la cancellazione dei suoi dati", "wissing van uw gegevens", "o apagamento dos seus dados", "radering av dina uppgifter", "sletning af dine oplysninger"],
  restrict: ["restriction of their use", "la limitation de leur utilisation", "die Einschränkung ihrer Verarbeitung", "la limitación de su tratamiento",
    "la limitazione del loro uso", "beperking van het gebruik ervan", "a limitação do seu tratamento", "begränsning av användningen", "begrænsning af brugen"],
  portability: ["your data in a file to take along", "vos données dans un fichier à emporter", "Ihre Daten als Datei zum Mitnehmen", "sus datos en un archivo para llevar",
    "i suoi dati in un file da portare con sé", "uw gegevens in een bestand om mee te nemen", "os seus dados num ficheiro para levar", "dina uppgifter i en fil att ta med", "dine oplysninger i en fil til at tage med"],
  withdraw: ["withdrawal of your consent", "le retrait de votre consentement", "den Widerruf Ihrer Einwilligung", "la retirada de su consentimiento",
    "la revoca del suo consenso", "intrekking van uw toestemming", "a retirada do seu consentimento", "återkallande av ditt samtycke", "tilbagekaldelse af dit samtykke"],
  object: ["no more marketing", "plus de prospection", "keine Werbung mehr", "que no le enviemos más publicidad",
    "nessuna pubblicità più", "geen reclame meer", "deixar de receber publicidade", "ingen mer marknadsföring", "ingen markedsføring mere"],
  opt_out_sale: ["no sale of your data", "aucune vente de vos données", "keinen Verkauf Ihrer Daten", "que no vendamos sus datos",
    "nessuna vendita dei suoi dati", "geen verkoop van uw gegevens", "que não vendamos os seus dados", "ingen försäljning av dina uppgifter", "intet salg af dine oplysninger"],
  post_mortem_directive: ["directives for after death", "des directives pour après la mort", "Anweisungen für die Zeit nach dem Tod", "instrucciones para después de la muerte",
    "disposizioni per dopo la morte", "aanwijzingen voor na het overlijden", "instruções para depois da morte", "anvisningar för tiden efter döden", "anvisninger for tiden efter døden"],
  complaint: ["an answer to your complaint", "une réponse à votre réclamation", "eine Antwort auf Ihre Beschwerde", "una respuesta a su reclamación",
    "una risposta al suo reclamo", "een antwoord op uw klacht", "uma resposta à sua reclamação", "ett svar på ditt klagomål", "et svar på din klage"],
};

const REASONS = {
  ART_17_3_A: ["freedom of expression and information", "la liberté d’expression et d’information", "die Freiheit der Meinung und Information", "la libertad de expresión e información",
    "la libertà di espressione e di informazione", "de vrijheid van meningsuiting en informatie", "a liberdade de expressão e de informação", "yttrande- och informationsfrihet", "ytrings- og informationsfrihed"],
  ART_17_3_B: ["a legal obligation or a public task", "une obligation légale ou une mission publique", "eine gesetzliche Pflicht oder öffentliche Aufgabe", "una obligación legal o una misión pública",
    "un obbligo di legge o un compito pubblico", "een wettelijke plicht of een publieke taak", "uma obrigação legal ou uma missão pública", "en rättslig förpliktelse eller en offentlig uppgift", "en retlig forpligtelse eller en offentlig opgave"],
  ART_17_3_C: ["public health", "la santé publique", "die öffentliche Gesundheit", "la salud pública", "la sanità pubblica", "de volksgezondheid", "a saúde pública", "folkhälsan", "folkesundheden"],
  ART_17_3_D: ["archiving, research or statistics", "l’archivage, la recherche ou les statistiques", "Archiv, Forschung oder Statistik", "el archivo, la investigación o la estadística",
    "archiviazione, ricerca o statistica", "archivering, onderzoek of statistiek", "o arquivo, a investigação ou a estatística", "arkiv, forskning eller statistik", "arkiv, forskning eller statistik"],
  ART_17_3_E: ["legal claims", "l’exercice ou la défense de droits en justice", "Rechtsansprüche", "reclamaciones legales",
    "la tutela di un diritto in giudizio", "rechtsvorderingen", "ações judiciais", "rättsliga anspråk", "retskrav"],
  CERTIFICATE_PUBLIC_RECORD: ["an issued certificate is a public record", "un certificat émis est un registre public", "ein ausgestelltes Zertifikat ist ein öffentlicher Eintrag", "un certificado emitido es un registro público",
    "un certificato emesso è un registro pubblico", "een uitgegeven certificaat is een openbaar register", "um certificado emitido é um registo público", "ett utfärdat certifikat är en offentlig uppgift", "et udstedt certifikat er en offentlig oplysning"],
  MANIFESTLY_UNFOUNDED: ["the request is manifestly unfounded", "la demande est manifestement infondée", "der Antrag ist offensichtlich unbegründet", "la solicitud es manifiestamente infundada",
    "la richiesta è manifestamente infondata", "het verzoek is kennelijk ongegrond", "o pedido é manifestamente infundado", "begäran är uppenbart ogrundad", "anmodningen er åbenbart grundløs"],
  EXCESSIVE: ["the request is excessive, in particular repeated", "la demande est excessive, notamment répétée", "der Antrag ist exzessiv, insbesondere wiederholt", "la solicitud es excesiva, en particular repetitiva",
    "la richiesta è eccessiva, in particolare ripetitiva", "het verzoek is buitensporig, met name herhaald", "o pedido é excessivo, em particular repetitivo", "begäran är orimlig, särskilt upprepad", "anmodningen er overdreven, især gentaget"],
  NOT_IDENTIFIED: ["we cannot tell whose data is meant", "nous ne pouvons pas savoir de quelles données il s’agit", "wir können nicht erkennen, wessen Daten gemeint sind", "no podemos saber de quién son los datos",
    "non possiamo stabilire di chi siano i dati", "wij kunnen niet vaststellen wiens gegevens bedoeld zijn", "não podemos saber de quem são os dados", "vi kan inte avgöra vems uppgifter som avses", "vi kan ikke afgøre, hvis oplysninger der menes"],
  NOT_CONTROLLER: ["somebody else decides about these data", "quelqu’un d’autre décide de ces données", "über diese Daten entscheidet jemand anderes", "otra persona decide sobre estos datos",
    "qualcun altro decide su questi dati", "iemand anders beslist over deze gegevens", "outra pessoa decide sobre estes dados", "någon annan bestämmer över uppgifterna", "en anden bestemmer over oplysningerne"],
  RIGHTS_OF_OTHERS: ["rights and freedoms of others", "les droits et libertés d’autrui", "Rechte und Freiheiten anderer", "los derechos y libertades de otros",
    "i diritti e le libertà altrui", "rechten en vrijheden van anderen", "os direitos e liberdades de outros", "andras rättigheter och friheter", "andres rettigheder og frihedsrettigheder"],
  NOT_PORTABLE: ["neither consent nor a contract is the basis", "ni un consentement ni un contrat n’en est la base", "weder Einwilligung noch Vertrag ist die Grundlage", "la base no es ni un consentimiento ni un contrato",
    "la base non è né un consenso né un contratto", "noch toestemming noch een overeenkomst is de grondslag", "a base não é nem um consentimento nem um contrato", "varken samtycke eller avtal är grunden", "hverken samtykke eller aftale er grundlaget"],
  DATA_ACCURATE: ["the data are accurate", "les données sont exactes", "die Daten sind richtig", "los datos son exactos", "i dati sono esatti", "de gegevens zijn juist", "os dados são exatos", "uppgifterna är riktiga", "oplysningerne er rigtige"],
  NO_GROUND_TO_RESTRICT: ["there is no ground for a restriction", "il n’y a pas de motif de limitation", "es gibt keinen Grund für eine Einschränkung", "no hay motivo para una limitación",
    "non vi è motivo per una limitazione", "er is geen grond voor een beperking", "não há motivo para uma limitação", "det finns ingen grund för en begränsning", "der er ingen grund til en begrænsning"],
  NOT_IN_FRANCE: ["directives after death are a French right", "les directives après la mort sont un droit français", "Anweisungen für die Zeit nach dem Tod sind ein französisches Recht", "las instrucciones para después de la muerte son un derecho francés",
    "le disposizioni per dopo la morte sono un diritto francese", "aanwijzingen voor na het overlijden zijn een Frans recht", "as instruções para depois da morte são um direito francês", "anvisningar för tiden efter döden är en fransk rättighet", "anvisninger for tiden efter døden er en fransk ret"],
};

/** A day as people write it there: "30 November 2026". */
export const dayIn = (language, iso) => new Date(iso).toLocaleDateString(language === "en" ? "en-GB" : language,
  { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });

const of = (table, name, language) => (table[name] || [])[order.indexOf(language)] || name;
/** What was asked for, as a letter says it; "": no such right. */
export const rightAsked = (kind, language) => (RIGHTS[kind] ? of(RIGHTS, kind, language) : "");
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** The letter: {subject, text}. about: received, due (ISO), kinds, outcome, reason (a code, or
 * words of an extension), article, explanation, authority, url, customer, company. */
export function letter(language, about) {
  const values = { ...about, received: dayIn(language, about.received), due: about.due ? dayIn(language, about.due) : "",
    rights: about.kinds.map((kind) => of(RIGHTS, kind, language)).join(", "), customer: about.customer || "…" };
  if (about.outcome === "refused") values.reason = of(REASONS, about.reason, language);
  const say = (name) => filled(of(TEXTS, name, language), values);
  const parts = [say("greeting"), say("asked"), say(about.outcome)];
  if (about.outcome === "done" && about.kinds.some((kind) => kind === "access" || kind === "portability"))
    parts.push(say("enclosed"));
  if (about.outcome === "refused" && about.explanation) parts.push(about.explanation);
  if (["refused", "extended"].includes(about.outcome) && about.authority) parts.push(say("complain"));
  parts.push(say("closing"));
  return { subject: say("subject"), text: parts.join("\n\n") };
}
