import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** kafka-acls for many lines: the words of each stand on one, with byte 1 between them. */
public class KafkaAcls {
    public static void main(String[] unused) throws Exception {
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;)
            kafka.admin.AclCommand.main(line.split("\u0001"));
    }
}
