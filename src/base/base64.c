/* Base64 (RFC 4648, section 4: https://www.rfc-editor.org/rfc/rfc4648). */
#include "base64.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct bk_str bk_base64(struct bk_arena *a, struct bk_str bytes)
{
    size_t n = 0;
    char *text = bk_alloc_array(a, bytes.len / 3 + 1, 4);
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t three = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
        if (left > 1)
            three |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
        if (left > 2)
            three |= (unsigned char)bytes.ptr[i + 2];
        text[n++] = digits[three >> 18];
        text[n++] = digits[three >> 12 & 63];
        text[n++] = left > 1 ? digits[three >> 6 & 63] : '=';
        text[n++] = left > 2 ? digits[three & 63] : '=';
    }
    return (struct bk_str){text, n};
}

/* 64: no digit. */
static uint32_t digit_value(char c)
{
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (uint32_t)(at - digits) : 64;
}

bool bk_base64_decode(struct bk_arena *a, struct bk_str text, struct bk_str *bytes)
{
    size_t n = 0;
    if (text.len % 4 != 0)
        return false;
    char *out = bk_alloc_array(a, text.len / 4 + 1, 3);
    for (size_t i = 0; i < text.len; i += 4) {
        uint32_t four = 0;
        size_t pad = 0;
        for (size_t k = 0; k < 4; k++) {
            char c = text.ptr[i + k];
            bool padding = c == '=' && k >= 2 && i + 4 == text.len;
            uint32_t value = padding ? 0 : digit_value(c);
            if (value == 64 || (pad > 0 && !padding))
                return false;
            pad += padding;
            four = four << 6 | value;
        }
        if ((pad == 1 && (four & 0xFF)) || (pad == 2 && (four & 0xFFFF)))
            return false;
        out[n++] = (char)(four >> 16);
        if (pad < 2)
            out[n++] = (char)(four >> 8 & 0xFF);
        if (pad < 1)
            out[n++] = (char)(four & 0xFF);
    }
    *bytes = (struct bk_str){out, n};
    return true;
}
