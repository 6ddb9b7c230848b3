#include "crypto/signed.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>

bool signed_content(const uint8_t *data, size_t len, struct buf *out)
{
    const unsigned char *at = data;
    CMS_ContentInfo *cms =
        len <= INT_MAX ? d2i_CMS_ContentInfo(NULL, &at, (long)len) : NULL;
    ASN1_OCTET_STRING **content = NULL;

    if (cms != NULL && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
        content = CMS_get0_content(cms);
    if (content != NULL && *content != NULL)
        buf_add(out, ASN1_STRING_get0_data(*content),
                (size_t)ASN1_STRING_length(*content));
    const bool found = content != NULL && *content != NULL;
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return found;
}
