/* certutil -hashfile FILE [MD5|SHA1|SHA256|SHA384|SHA512], in the format of Windows 10 and 11: the digest in lower
   case without spaces on the second line. SHA1 by default. An empty file cannot be mapped: error 1006, as on Windows.
   certutil -f -encode IN OUT: base64 between the marks of a certificate; -decode the other way, marks or not. */
#include "lab.h"

#include <bcrypt.h>
#include <wincrypt.h>

static const wchar_t *verb = L"-hashfile";

__attribute__((noreturn)) static void failed(DWORD error)
{
    HRESULT code = HRESULT_FROM_WIN32(error);
    const wchar_t *name = error == ERROR_FILE_NOT_FOUND   ? L"ERROR_FILE_NOT_FOUND"
                          : error == ERROR_PATH_NOT_FOUND ? L"ERROR_PATH_NOT_FOUND"
                          : error == ERROR_ACCESS_DENIED  ? L"ERROR_ACCESS_DENIED"
                          : error == ERROR_FILE_INVALID   ? L"ERROR_FILE_INVALID"
                          : error == ERROR_SHARING_VIOLATION ? L"ERROR_SHARING_VIOLATION" : L"";
    out(french() ? L"CertUtil: %ls ÉCHEC de la commande : 0x%08lx (WIN32: %lu %ls)\r\n"
                 : L"CertUtil: %ls command FAILED: 0x%08lx (WIN32: %lu %ls)\r\n", verb, (unsigned long)code, (unsigned long)error, name);
    out(L"CertUtil: %ls\r\n", error_text(error));
    ExitProcess((UINT)code);
}

static int convert(const wchar_t *from, const wchar_t *to)
{
    DWORD size, length = 0;
    char *bytes = read_bytes(from, &size), *made;
    if (!bytes) failed(GetLastError());
    if (same(verb, L"-encode")) {
        CryptBinaryToStringA((const BYTE *)bytes, size, CRYPT_STRING_BASE64HEADER, NULL, &length);
        made = malloc(length);
        CryptBinaryToStringA((const BYTE *)bytes, size, CRYPT_STRING_BASE64HEADER, made, &length);
    } else {
        if (!CryptStringToBinaryA(bytes, size, CRYPT_STRING_BASE64_ANY, NULL, &length, NULL, NULL)) failed(ERROR_INVALID_DATA);
        made = malloc(length + 1);
        CryptStringToBinaryA(bytes, size, CRYPT_STRING_BASE64_ANY, (BYTE *)made, &length, NULL, NULL);
    }
    if (!write_bytes(to, made, length)) failed(GetLastError());
    out(french() ? L"Longueur d’entrée = %lu\r\nLongueur de sortie = %lu\r\nCertUtil: %ls La commande s’est terminée correctement.\r\n"
                 : L"Input Length = %lu\r\nOutput Length = %lu\r\nCertUtil: %ls command completed successfully.\r\n",
        (unsigned long)size, (unsigned long)length, verb);
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    static const wchar_t *const names[] = {L"MD5", L"SHA1", L"SHA256", L"SHA384", L"SHA512"};
    static UCHAR chunk[1 << 16], digest[64];
    const wchar_t *name = NULL, *asked = argc == 4 ? argv[3] : L"SHA1";
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_HASH_HANDLE hash;
    DWORD got, length, used;
    LARGE_INTEGER size;
    HANDLE file;
    if (argc == 5 && same(argv[1], L"-f") && (same(argv[2], L"-encode") || same(argv[2], L"-decode"))) {
        verb = argv[2];
        return convert(argv[3], argv[4]);
    }
    if (argc < 3 || argc > 4 || (!same(argv[1], L"-hashfile") && !same(argv[1], L"/hashfile"))) refuse(L"anything but -hashfile FILE [ALGORITHM]");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same(asked, names[i])) name = names[i];
    if (!name) refuse(L"the algorithm %ls", asked);
    file = CreateFileW(argv[2], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) failed(GetLastError());
    if (!GetFileSizeEx(file, &size) || !size.QuadPart) failed(ERROR_FILE_INVALID);
    if (BCryptOpenAlgorithmProvider(&algorithm, name, NULL, 0) || BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0)) failed(ERROR_NOT_SUPPORTED);
    while (ReadFile(file, chunk, sizeof chunk, &got, NULL) && got) BCryptHashData(hash, chunk, got, 0);
    BCryptGetProperty(algorithm, BCRYPT_HASH_LENGTH, (PUCHAR)&length, sizeof length, &used, 0);
    BCryptFinishHash(hash, digest, length, 0);
    out(french() ? L"%ls hachage de %ls :\r\n" : L"%ls hash of %ls:\r\n", name, argv[2]);
    for (DWORD i = 0; i < length; i++) out(L"%02x", digest[i]);
    out(french() ? L"\r\nCertUtil: -hashfile La commande s’est terminée correctement.\r\n"
                 : L"\r\nCertUtil: -hashfile command completed successfully.\r\n");
    return 0;
}
