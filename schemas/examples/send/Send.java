// Send.java: a source without Kafka sends its events to consent-gateway and reads what became of them.
//
//   java Send.java consent|optout|lead ID ADDRESS
//   java Send.java receipts [AFTER]
//
// GATEWAY_URL, GATEWAY_TOKEN, SOURCE (urn:consent:src:...) and AGREEMENT come from the environment.
// Exit status: 0 taken, 1 refused (do not send the same again), 2 wrong settings, 3 not now.
// Java 17 has all it needs; where you have a JSON library, use it in place of text() and FIELD.
// ../../SOURCES.md explains each step.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

public class Send {
    private static final int TRIES = 5;
    private static final Set<Integer> NOT_NOW = Set.of(0, 429, 503);
    private static final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private record Answer(int status, String text, long seconds) {}

    /** Status 0: nobody answers. */
    private static Answer ask(String method, String path, String body) throws InterruptedException {
        var publisher = body.isEmpty() ? HttpRequest.BodyPublishers.noBody()
                                       : HttpRequest.BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create(System.getenv("GATEWAY_URL") + path))
                .header("Authorization", "Bearer " + System.getenv("GATEWAY_TOKEN"))
                .header("Content-Type", "application/cloudevents+json")
                .timeout(Duration.ofSeconds(90)).method(method, publisher).build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body(),
                    answer.headers().firstValueAsLong("Retry-After").orElse(1));
        } catch (IOException gone) {
            return new Answer(0, String.valueOf(gone), 1);
        }
    }

    /** A JSON string. */
    private static String text(String s) {
        var out = new StringBuilder("\"");
        for (char c : s.toCharArray())
            out.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c)
                                                        : String.valueOf(c));
        return out.append('"').toString();
    }

    /** The id is yours: the same id with the same event is never counted twice. */
    private static String event(String kind, String id, String address) {
        String source = System.getenv("SOURCE");
        String[] parts = source.split(":");
        String party = parts[parts.length - 1];
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String zeros = text("0".repeat(64));
        String about = kind.equals("optout") ? "" : """
                ,"country":"DE","subscriber":"individual","age":"16_or_over"
                """;
        String wanted = """
                ,"controllers":["sectigo-limited"],
                "scope":[{"purpose":"marketing.promotional","channels":["email"]}]
                """;
        String said = switch (kind) {
            case "optout" -> ",\"optout\":{\"via\":\"customer_support\"}";
            case "lead" -> wanted + ",\"basis\":{\"art6\":\"a\",\"type\":\"unknown\"}";
            default -> wanted + """
                    ,"basis":{"art6":"a","type":"expressed"},
                    "consent":{"method":"checkout_checkbox",
                     "statement":"Sectigo Limited may send me offers by e-mail",
                     "notice":{"policy_id":%s,"version":"1","language":"en","text_sha256":%s}}
                    """.formatted(text(party + "-privacy"), zeros);
        };
        String proof = kind.equals("consent") ? """
                ,"warranty":{"asserted":true,"controllers_named":["Sectigo Limited"]},
                "evidence":[{"kind":"order_snapshot","sha256":%s}]
                """.formatted(zeros) : "";
        String type = Map.of("consent", "consent.granted.v1", "optout", "optout.recorded.v1",
                "lead", "lead.received.v1").get(kind);
        return """
                {"specversion":"1.0","id":%s,"source":%s,"type":%s,"time":%s,
                 "datacontenttype":"application/json",
                 "data":{"contact":{"email":%s%s},
                  "provenance":{"source_type":%s,"party_id":%s,"agreement_id":%s,"collected_at":%s%s}
                  %s}}
                """.formatted(text(id), text(source), text(type), text(now), text(address), about,
                text(parts[3]), text(party), text(System.getenv("AGREEMENT")), text(now), proof, said);
    }

    private static int send(String one) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            Answer a = ask("POST", "/v1/events", one);
            if (a.status == 202 || a.status == 422) { // 422: "reason" says what, "pointer" where
                System.out.print(a.text);
                return a.status == 202 ? 0 : 1;
            }
            if (!NOT_NOW.contains(a.status)) { // the request is wrong: token, size, content type
                System.err.println(a.status + " " + a.text);
                return 2;
            }
            System.err.println("not now (" + a.status + "), again in " + a.seconds + " s");
            Thread.sleep(1000 * a.seconds); // and the same again, with the same id
        }
        return 3;
    }

    private static final Pattern FIELD =
            Pattern.compile("\"(event_id|outcome|reason|after)\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static int receipts(String after) throws InterruptedException {
        for (;;) {
            Answer a = ask("GET", "/v1/receipts?wait=1&after=" + after, "");
            if (NOT_NOW.contains(a.status)) {
                Thread.sleep(1000 * a.seconds);
                continue;
            }
            if (a.status != 200) {
                System.err.println(a.status + " " + a.text);
                return 2;
            }
            String id = null, outcome = null, next = after;
            for (Matcher m = FIELD.matcher(a.text); m.find();)
                switch (m.group(1)) {
                    case "event_id" -> id = m.group(2);
                    case "outcome" -> outcome = m.group(2);
                    case "reason" -> System.out.println(id + " " + outcome + " " + m.group(2));
                    default -> next = m.group(2);
                }
            if (id == null) {
                System.err.println("next: " + after); // keep it: go on from there
                return 0;
            }
            after = next;
        }
    }

    public static void main(String[] args) throws InterruptedException {
        var missing = Stream.of("GATEWAY_URL", "GATEWAY_TOKEN", "SOURCE", "AGREEMENT")
                .filter(name -> System.getenv().getOrDefault(name, "").isEmpty()).toList();
        if (!missing.isEmpty()) {
            System.err.println("not set in the environment: " + String.join(" ", missing));
            System.exit(2);
        }
        if (args.length == 3 && Set.of("consent", "optout", "lead").contains(args[0]))
            System.exit(send(event(args[0], args[1], args[2])));
        if (args.length >= 1 && args[0].equals("receipts"))
            System.exit(receipts(args.length > 1 ? args[1] : ""));
        System.err.println("java Send.java consent|optout|lead ID ADDRESS, or receipts [AFTER]");
        System.exit(2);
    }
}
